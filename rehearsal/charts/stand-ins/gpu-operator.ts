import { appVersion, expression, read, releaseName, value } from "../expressions.ts";
import { pins } from "../pins.ts";
import type { StandIn, Workload } from "../stand-in.ts";

const NODE_FEATURE_DISCOVERY = "gpu-operator-node-feature-discovery";

/** Created by the operator on a real cluster, from the ClusterPolicy below, on every node with a GPU. */
function operand(name: string, section: string, image: string, ports: Record<string, number> = {}): Workload {
  return {
    kind: "DaemonSet",
    name,
    when: [`${section}.enabled`],
    labels: { app: name },
    access: "node",
    nodeSelector: { "nvidia.com/gpu.present": "true" },
    containers: [{ name, image, resources: `${section}.resources`, ports }],
    values: { tolerations: "daemonsets.tolerations", priorityClassName: "daemonsets.priorityClassName" },
    services: Object.keys(ports).length === 0 ? [] : [{ name, ports }],
  };
}

function discovery(kind: "Deployment" | "DaemonSet", role: "master" | "worker" | "gc"): Workload {
  return {
    kind,
    name: `${NODE_FEATURE_DISCOVERY}-${role}`,
    when: ["nfd.enabled"],
    labels: { "app.kubernetes.io/name": "node-feature-discovery", "app.kubernetes.io/instance": releaseName, role },
    containers: [
      {
        name: role,
        image: "registry.k8s.io/nfd/node-feature-discovery:v0.19.0",
        resources: `node-feature-discovery.${role}.resources`,
      },
    ],
    values: {
      tolerations: `node-feature-discovery.${role}.tolerations`,
      nodeSelector: `node-feature-discovery.${role}.nodeSelector`,
    },
  };
}

const operator: Workload = {
  kind: "Deployment",
  name: "gpu-operator",
  labels: { app: "gpu-operator", "app.kubernetes.io/component": "gpu-operator" },
  containers: [
    {
      name: "gpu-operator",
      image: `nvcr.io/nvidia/gpu-operator:${appVersion}`,
      resources: "operator.resources",
      ports: { metrics: 8080 },
    },
  ],
  values: {
    nodeSelector: "operator.nodeSelector",
    tolerations: "operator.tolerations",
    affinity: "operator.affinity",
    priorityClassName: "operator.priorityClassName",
  },
  services: [{ name: "gpu-operator", ports: { metrics: 8080 } }],
};

/** The keys of a section that the served definition knows. */
const section = (name: string, ...keys: readonly string[]) =>
  expression(`pick (default dict ${read(name)}) ${keys.map((key) => `\`${key}\``).join(" ")}`);

const tolerateGpu = [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }];
const resources = (cpu: string, memory: string, limit: string) => ({
  requests: { cpu, memory },
  limits: { memory: limit },
});

export const gpuOperator: StandIn = {
  pin: pins.gpuOperator,
  writtenFor: "v26.7.0",
  appVersion: "v26.7.0",
  // Later releases carry calendar versions, which are no valid versions of a Go module: this is the newest that proxies serve.
  definitions: {
    module: "github.com/NVIDIA/gpu-operator",
    version: "v1.11.1",
    folder: "config/crd/bases",
    files: /\.yaml$/,
  },
  layout: { kind: "crds-folder" },
  values: {
    nfd: { enabled: true },
    clusterPolicy: { deployCR: true },
    daemonsets: { priorityClassName: "system-node-critical", tolerations: tolerateGpu },
    operator: {
      priorityClassName: "system-node-critical",
      nodeSelector: { "kubernetes.io/os": "linux" },
      resources: { requests: { cpu: "200m", memory: "100Mi" }, limits: { cpu: "500m", memory: "350Mi" } },
    },
    driver: { enabled: true },
    toolkit: { enabled: true },
    devicePlugin: { enabled: true },
    dcgm: { enabled: false },
    dcgmExporter: { enabled: true },
    gfd: { enabled: true },
    migManager: { enabled: true },
    mig: { strategy: "single" },
    nodeStatusExporter: { enabled: false },
    "node-feature-discovery": {
      master: { resources: resources("100m", "128Mi", "4Gi") },
      worker: { resources: resources("5m", "64Mi", "512Mi"), tolerations: tolerateGpu },
      gc: { resources: resources("10m", "128Mi", "1Gi") },
    },
  },
  workloads: [
    operator,
    discovery("Deployment", "master"),
    discovery("DaemonSet", "worker"),
    discovery("Deployment", "gc"),
    operand("nvidia-driver-daemonset", "driver", "nvcr.io/nvidia/driver:595.91.07"),
    operand("nvidia-container-toolkit-daemonset", "toolkit", "nvcr.io/nvidia/k8s/container-toolkit:v1.20.0"),
    operand("nvidia-device-plugin-daemonset", "devicePlugin", "nvcr.io/nvidia/k8s-device-plugin:v0.20.0"),
    operand("gpu-feature-discovery", "gfd", "nvcr.io/nvidia/k8s-device-plugin:v0.20.0"),
    operand("nvidia-dcgm-exporter", "dcgmExporter", "nvcr.io/nvidia/k8s/dcgm-exporter:4.6.0-4.8.3-distroless", {
      "gpu-metrics": 9400,
    }),
  ],
  objects: [
    {
      when: ["clusterPolicy.deployCR"],
      manifest: {
        apiVersion: "nvidia.com/v1",
        kind: "ClusterPolicy",
        metadata: { name: "cluster-policy" },
        spec: {
          operator: { defaultRuntime: "containerd" },
          daemonsets: section("daemonsets", "priorityClassName", "tolerations"),
          driver: section("driver", "enabled", "version", "repository", "image"),
          toolkit: section("toolkit", "enabled", "version", "resources"),
          devicePlugin: section("devicePlugin", "version", "env", "resources"),
          dcgm: section("dcgm", "enabled"),
          dcgmExporter: section("dcgmExporter", "version", "env", "resources"),
          gfd: section("gfd", "version", "env", "resources"),
          mig: { strategy: value("mig.strategy") },
          migManager: section("migManager", "enabled", "resources"),
          nodeStatusExporter: section("nodeStatusExporter", "enabled"),
        },
      },
    },
  ],
};
