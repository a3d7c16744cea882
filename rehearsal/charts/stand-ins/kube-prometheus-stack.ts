import { appVersion, either, fullname, namespace, releaseName, value } from "../expressions.ts";
import { pins } from "../pins.ts";
import type { OptionalObject, StandIn, Workload } from "../stand-in.ts";
import { placement, serverResources, servers } from "./prometheus-servers.ts";

const grafana = `${fullname}-grafana`;

const subchart = (name: string) => ({ "app.kubernetes.io/name": name, "app.kubernetes.io/instance": releaseName });

const sidecar = (name: string) => ({
  name,
  image: "quay.io/kiwigrid/k8s-sidecar:2.10.1",
  resources: "grafana.sidecar.resources",
});

const workloads: Workload[] = [
  {
    kind: "Deployment",
    name: `${fullname}-operator`,
    when: ["prometheusOperator.enabled"],
    labels: { app: "kube-prometheus-stack-operator", release: releaseName },
    containers: [
      {
        name: "kube-prometheus-stack",
        image: `quay.io/prometheus-operator/prometheus-operator:${appVersion}`,
        resources: "prometheusOperator.resources",
        ports: { https: 10250 },
      },
    ],
    values: placement("prometheusOperator"),
    services: [{ name: `${fullname}-operator`, ports: { https: 443 } }],
  },
  ...servers,
  {
    kind: "Deployment",
    name: grafana,
    when: ["grafana.enabled"],
    labels: subchart("grafana"),
    userId: 472,
    containers: [
      {
        name: "grafana",
        image: "docker.io/grafana/grafana:13.2.0",
        resources: "grafana.resources",
        ports: { "http-web": 3000 },
      },
      sidecar("grafana-sc-dashboard"),
      sidecar("grafana-sc-datasources"),
    ],
    values: { ...placement("grafana"), replicas: "grafana.replicas" },
    volumes: [
      either(
        "grafana.persistence.enabled",
        { name: "storage", persistentVolumeClaim: { claimName: grafana } },
        { name: "storage", emptyDir: {} },
      ),
    ],
    services: [{ name: grafana, ports: { "http-web": 80 } }],
  },
  {
    kind: "Deployment",
    name: `${fullname}-kube-state-metrics`,
    when: ["kubeStateMetrics.enabled"],
    labels: subchart("kube-state-metrics"),
    containers: [
      {
        name: "kube-state-metrics",
        image: "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.20.0",
        resources: "kube-state-metrics.resources",
        ports: { http: 8080 },
      },
    ],
    values: { ...placement("kube-state-metrics"), replicas: "kube-state-metrics.replicas" },
    services: [{ name: `${fullname}-kube-state-metrics`, ports: { http: 8080 } }],
  },
  {
    kind: "DaemonSet",
    name: `${fullname}-prometheus-node-exporter`,
    when: ["nodeExporter.enabled"],
    labels: { ...subchart("prometheus-node-exporter"), jobLabel: "node-exporter" },
    access: "node",
    containers: [
      {
        name: "node-exporter",
        image: "quay.io/prometheus/node-exporter:v1.12.1-distroless",
        resources: "prometheus-node-exporter.resources",
        ports: { "http-metrics": 9100 },
      },
    ],
    values: placement("prometheus-node-exporter"),
    services: [{ name: `${fullname}-prometheus-node-exporter`, ports: { "http-metrics": 9100 } }],
  },
];

/** The certificates of the operator's webhook, when cert-manager makes them instead of Helm hooks. */
const webhookCertificates: OptionalObject[] = [
  {
    apiVersion: "cert-manager.io/v1",
    kind: "Issuer",
    metadata: { name: `${fullname}-self-signed-issuer`, namespace },
    spec: { selfSigned: {} },
  },
  {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: `${fullname}-admission`, namespace },
    spec: {
      secretName: `${fullname}-admission`,
      issuerRef: { name: `${fullname}-self-signed-issuer` },
      dnsNames: [`${fullname}-operator`, `${fullname}-operator.${namespace}.svc`],
    },
  },
].map((manifest) => ({ when: ["prometheusOperator.admissionWebhooks.certManager.enabled"], manifest }));

const grafanaVolume: OptionalObject = {
  when: ["grafana.enabled", "grafana.persistence.enabled"],
  manifest: {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: grafana, namespace },
    spec: {
      accessModes: value("grafana.persistence.accessModes"),
      storageClassName: value("grafana.persistence.storageClassName"),
      resources: { requests: { storage: value("grafana.persistence.size") } },
    },
  },
};

export const kubePrometheusStack: StandIn = {
  pin: pins.kubePrometheusStack,
  writtenFor: "88.5.3",
  appVersion: "v0.93.1",
  definitions: {
    module: "github.com/prometheus-operator/prometheus-operator",
    version: "v0.93.1",
    folder: "example/prometheus-operator-crd",
    files: /^monitoring\.coreos\.com_.*\.yaml$/,
  },
  layout: { kind: "crds-subchart", condition: "crds.enabled" },
  values: {
    crds: { enabled: true },
    prometheusOperator: { enabled: true },
    prometheus: { enabled: true, service: { port: 9090 }, prometheusSpec: { replicas: 1, retention: "10d" } },
    alertmanager: { enabled: true, service: { port: 9093 }, alertmanagerSpec: { replicas: 1, retention: "120h" } },
    grafana: {
      enabled: true,
      replicas: 1,
      persistence: { enabled: false, accessModes: ["ReadWriteOnce"], size: "10Gi" },
    },
    kubeStateMetrics: { enabled: true },
    nodeExporter: { enabled: true },
    "kube-state-metrics": { replicas: 1 },
    "prometheus-node-exporter": { tolerations: [{ effect: "NoSchedule", operator: "Exists" }] },
  },
  workloads,
  objects: [...serverResources, ...webhookCertificates, grafanaVolume],
};
