import { appVersion, namespace, value } from "../expressions.ts";
import { pins } from "../pins.ts";
import type { OptionalObject, StandIn, Workload } from "../stand-in.ts";

interface Part {
  readonly name: string;
  /** Key of the part below `resources`, `podDisruptionBudget`, `prometheus` and `serviceAccount`. */
  readonly key: string;
  /** Key of the part at the root and below `topologySpreadConstraints`. */
  readonly root: string;
  readonly image: string;
  readonly port: { readonly name: string; readonly number: number; readonly service: number };
  readonly when?: readonly string[];
}

const parts: Part[] = [
  {
    name: "keda-operator",
    key: "operator",
    root: "operator",
    image: "ghcr.io/kedacore/keda",
    port: { name: "metricsservice", number: 9666, service: 9666 },
  },
  {
    name: "keda-operator-metrics-apiserver",
    key: "metricServer",
    root: "metricsServer",
    image: "ghcr.io/kedacore/keda-metrics-apiserver",
    port: { name: "https", number: 6443, service: 443 },
    when: ["metricsServer.enabled"],
  },
  {
    name: "keda-admission-webhooks",
    key: "webhooks",
    root: "webhooks",
    image: "ghcr.io/kedacore/keda-admission-webhooks",
    port: { name: "https", number: 9443, service: 443 },
    when: ["webhooks.enabled"],
  },
];

const labels = (name: string) => ({ app: name, "app.kubernetes.io/name": name });

function workload({ name, key, root, image, port, when = [] }: Part): Workload {
  return {
    kind: "Deployment",
    name,
    when,
    labels: labels(name),
    serviceAccount: value(`serviceAccount.${key}.name`),
    containers: [
      {
        name,
        image: `${image}:${appVersion}`,
        resources: `resources.${key}`,
        ports: { [port.name]: port.number, metrics: 8080 },
      },
    ],
    values: {
      replicas: `${root}.replicaCount`,
      nodeSelector: "nodeSelector",
      tolerations: "tolerations",
      affinity: "affinity",
      topologySpreadConstraints: `topologySpreadConstraints.${root}`,
      priorityClassName: "priorityClassName",
      disruptionBudget: `podDisruptionBudget.${key}`,
    },
    services: [{ name, ports: { [port.name]: port.service, metrics: 8080 } }],
  };
}

function monitor({ name, key }: Part): OptionalObject {
  return {
    when: [`prometheus.${key}.enabled`, `prometheus.${key}.serviceMonitor.enabled`],
    manifest: {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "ServiceMonitor",
      metadata: { name, namespace },
      spec: { selector: { matchLabels: labels(name) }, endpoints: [{ port: "metrics", path: "/metrics" }] },
    },
  };
}

const resources = { requests: { cpu: "100m", memory: "100Mi" }, limits: { cpu: 1, memory: "1000Mi" } };

export const keda: StandIn = {
  pin: pins.keda,
  writtenFor: "2.20.2",
  appVersion: "2.20.2",
  definitions: {
    module: "github.com/kedacore/keda/v2",
    version: "v2.20.2",
    folder: "config/crd/bases",
    files: /\.yaml$/,
  },
  layout: { kind: "templates", when: "crds.install", keep: false },
  values: {
    crds: { install: true },
    operator: { replicaCount: 1 },
    metricsServer: { enabled: true, replicaCount: 1 },
    webhooks: { enabled: true, replicaCount: 1 },
    resources: { operator: resources, metricServer: resources, webhooks: resources },
    serviceAccount: {
      operator: { name: "keda-operator" },
      metricServer: { name: "keda-metrics-server" },
      webhooks: { name: "keda-webhook" },
    },
  },
  workloads: parts.map(workload),
  objects: parts.map(monitor),
};
