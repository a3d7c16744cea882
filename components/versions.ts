/** The only place with a version: every chart and image the program installs, each under the marker that keeps it current. */

import type { ChartPin, ImagePin } from "./foundation/pins";

export const charts = {
  certManager: {
    name: "cert-manager",
    source: "oci://quay.io/jetstack/charts",
    // renovate: datasource=docker depName=quay.io/jetstack/charts/cert-manager
    version: "v1.21.1",
  },
  traefik: {
    name: "traefik",
    source: "oci://ghcr.io/traefik/helm",
    // renovate: datasource=docker depName=ghcr.io/traefik/helm/traefik
    version: "41.3.0",
  },
  keda: {
    name: "keda",
    source: "https://kedacore.github.io/charts",
    // renovate: datasource=helm depName=keda registryUrl=https://kedacore.github.io/charts
    version: "2.20.2",
  },
  gpuOperator: {
    name: "gpu-operator",
    source: "https://helm.ngc.nvidia.com/nvidia",
    // renovate: datasource=helm depName=gpu-operator registryUrl=https://helm.ngc.nvidia.com/nvidia
    version: "v26.7.0",
  },
  kubePrometheusStack: {
    name: "kube-prometheus-stack",
    source: "oci://ghcr.io/prometheus-community/charts",
    // renovate: datasource=docker depName=ghcr.io/prometheus-community/charts/kube-prometheus-stack
    version: "88.5.3",
  },
  cloudnativePg: {
    name: "cloudnative-pg",
    source: "https://cloudnative-pg.github.io/charts",
    // renovate: datasource=helm depName=cloudnative-pg registryUrl=https://cloudnative-pg.github.io/charts
    version: "0.29.0",
  },
  loki: {
    name: "loki",
    source: "oci://ghcr.io/grafana-community/helm-charts",
    // renovate: datasource=docker depName=ghcr.io/grafana-community/helm-charts/loki
    version: "18.11.0",
  },
  alloy: {
    name: "alloy",
    source: "https://grafana.github.io/helm-charts",
    // renovate: datasource=helm depName=alloy registryUrl=https://grafana.github.io/helm-charts
    version: "1.11.1",
  },
} as const satisfies Record<string, ChartPin>;

export const images = {
  backend: {
    repository: "ghcr.io/ai-platform/backend",
    tag: "0.1.0",
  },
  vllm: {
    repository: "docker.io/vllm/vllm-openai",
    // renovate: datasource=docker depName=docker.io/vllm/vllm-openai
    tag: "v0.32.0",
  },
  simulator: {
    repository: "ghcr.io/llm-d/llm-d-inference-sim",
    // renovate: datasource=docker depName=ghcr.io/llm-d/llm-d-inference-sim
    tag: "v0.10.2",
  },
  postgres: {
    repository: "docker.io/pgvector/pgvector",
    // renovate: datasource=docker depName=docker.io/pgvector/pgvector versioning=regex:^(?<major>\d+)\.(?<minor>\d+)\.(?<patch>\d+)-(?<compatibility>pg16)$
    tag: "0.8.1-pg16",
  },
  postgresOperand: {
    repository: "ghcr.io/cloudnative-pg/postgresql",
    // The tag with the day of its build: the one without is moved to every rebuild.
    // renovate: datasource=docker depName=ghcr.io/cloudnative-pg/postgresql versioning=regex:^(?<major>16)\.(?<minor>\d+)-(?<patch>\d+)-(?<compatibility>standard-bookworm)$
    tag: "16.15-202608310817-standard-bookworm",
    digest: "sha256:6c697d90e9b7cd6c70e06b76616c89540650c2b80a603e9804993800c3413c51",
  },
  timescaledb: {
    repository: "docker.io/timescale/timescaledb-ha",
    // The variant without code under the Timescale licence. Its pgvectorscale is 0.9, which can make indexes CONCURRENTLY.
    // renovate: datasource=docker depName=docker.io/timescale/timescaledb-ha versioning=regex:^pg(?<major>16)\.(?<minor>\d+)-ts(?<patch>\d+)\.(?<build>\d+)\.(?<revision>\d+)-(?<compatibility>oss)$
    tag: "pg16.14-ts2.28.2-oss",
  },
  redis: {
    repository: "docker.io/library/redis",
    // renovate: datasource=docker depName=docker.io/library/redis versioning=regex:^(?<major>7)\.(?<minor>2)\.(?<patch>\d+)-(?<compatibility>bookworm)$
    tag: "7.2.16-bookworm",
    digest: "sha256:0637954999d01b7c9ce9167db2da50656e2590d3b884f1c600c5f63bb6e6773c",
  },
  redisExporter: {
    repository: "docker.io/oliver006/redis_exporter",
    // renovate: datasource=docker depName=docker.io/oliver006/redis_exporter
    tag: "v1.89.0",
  },
} as const satisfies Record<string, ImagePin>;
