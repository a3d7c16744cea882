import { appVersion, fullname, namespace, releaseName } from "../expressions.ts";
import { pins } from "../pins.ts";
import type { Container, StandIn, ValuePaths, Workload } from "../stand-in.ts";

const component = (name: string) => ({
  "app.kubernetes.io/name": name === "controller" ? "cert-manager" : name,
  "app.kubernetes.io/instance": releaseName,
  "app.kubernetes.io/component": name,
});

/** The chart repeats the same keys at the root (controller) and per component. */
const valuesAt = (prefix: string): ValuePaths => ({
  replicas: `${prefix}replicaCount`,
  nodeSelector: `${prefix}nodeSelector`,
  tolerations: `${prefix}tolerations`,
  affinity: `${prefix}affinity`,
  topologySpreadConstraints: `${prefix}topologySpreadConstraints`,
  priorityClassName: "global.priorityClassName",
  disruptionBudget: `${prefix}podDisruptionBudget`,
  disruptionBudgetWhen: `${prefix}podDisruptionBudget.enabled`,
});

const container = (component: string, prefix: string, ports: Record<string, number>): Container => ({
  name: `cert-manager-${component}`,
  image: `quay.io/jetstack/cert-manager-${component}:${appVersion}`,
  resources: `${prefix}resources`,
  ports: { ...ports, "http-metrics": 9402 },
});

const workloads: Workload[] = [
  {
    kind: "Deployment",
    name: fullname,
    labels: component("controller"),
    containers: [container("controller", "", { "http-healthz": 9403 })],
    values: valuesAt(""),
    services: [{ name: fullname, when: ["prometheus.enabled"], ports: { "http-metrics": 9402 } }],
  },
  {
    kind: "Deployment",
    name: `${fullname}-webhook`,
    labels: component("webhook"),
    containers: [container("webhook", "webhook.", { https: 10250, healthcheck: 6080 })],
    values: valuesAt("webhook."),
    services: [{ name: `${fullname}-webhook`, ports: { https: 443, "http-metrics": 9402 } }],
  },
  {
    kind: "Deployment",
    name: `${fullname}-cainjector`,
    when: ["cainjector.enabled"],
    labels: component("cainjector"),
    containers: [container("cainjector", "cainjector.", {})],
    values: valuesAt("cainjector."),
    services: [{ name: `${fullname}-cainjector`, when: ["prometheus.enabled"], ports: { "http-metrics": 9402 } }],
  },
];

export const certManager: StandIn = {
  pin: pins.certManager,
  writtenFor: "v1.21.1",
  appVersion: "v1.21.1",
  definitions: {
    module: "github.com/cert-manager/cert-manager",
    version: "v1.21.1",
    folder: "deploy/crds",
    files: /\.yaml$/,
  },
  layout: { kind: "templates", when: "crds.enabled", keep: "crds.keep" },
  values: {
    crds: { enabled: false, keep: true },
    replicaCount: 1,
    webhook: { replicaCount: 1 },
    cainjector: { enabled: true, replicaCount: 1 },
    prometheus: { enabled: true },
  },
  workloads,
  objects: [
    {
      when: ["prometheus.servicemonitor.enabled"],
      manifest: {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "ServiceMonitor",
        metadata: { name: fullname, namespace },
        spec: {
          selector: { matchLabels: { "app.kubernetes.io/instance": releaseName } },
          endpoints: [{ targetPort: "http-metrics", path: "/metrics" }],
        },
      },
    },
  ],
};
