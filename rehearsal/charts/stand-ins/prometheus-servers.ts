import { appVersion, expression, fullname, namespace, read, releaseName } from "../expressions.ts";
import type { OptionalObject, ValuePaths, Workload } from "../stand-in.ts";

const prometheus = `${fullname}-prometheus`;
const alertmanager = `${fullname}-alertmanager`;

/** Labels that the operator gives to the pods of its servers. */
const server = (kind: string, name: string) => ({
  "app.kubernetes.io/name": kind,
  "app.kubernetes.io/instance": name,
  "operator.prometheus.io/name": name,
});

/** Where a part of the chart takes its placement from. */
export const placement = (path: string): ValuePaths => ({
  nodeSelector: `${path}.nodeSelector`,
  tolerations: `${path}.tolerations`,
  affinity: `${path}.affinity`,
  topologySpreadConstraints: `${path}.topologySpreadConstraints`,
  priorityClassName: `${path}.priorityClassName`,
});

const reloader = {
  name: "config-reloader",
  image: `quay.io/prometheus-operator/prometheus-config-reloader:${appVersion}`,
  resources: "prometheusOperator.prometheusConfigReloader.resources",
  ports: { "reloader-web": 8080 },
};

/** Created by the operator on a real cluster, from the Prometheus and Alertmanager resources below. */
export const servers: Workload[] = [
  {
    kind: "StatefulSet",
    name: `prometheus-${prometheus}`,
    when: ["prometheus.enabled"],
    labels: server("prometheus", prometheus),
    serviceAccount: prometheus,
    userId: 1000,
    containers: [
      {
        name: "prometheus",
        image: "quay.io/prometheus/prometheus:v3.14.0-distroless",
        resources: "prometheus.prometheusSpec.resources",
        ports: { "http-web": 9090 },
      },
      reloader,
    ],
    values: {
      ...placement("prometheus.prometheusSpec"),
      replicas: "prometheus.prometheusSpec.replicas",
      disruptionBudget: "prometheus.podDisruptionBudget",
      disruptionBudgetWhen: "prometheus.podDisruptionBudget.enabled",
      volumeClaimTemplate: "prometheus.prometheusSpec.storageSpec.volumeClaimTemplate",
    },
    services: [
      { name: prometheus, ports: { "http-web": "prometheus.service.port", "reloader-web": 8080 } },
      { name: "prometheus-operated", headless: true, ports: { "http-web": 9090 } },
    ],
  },
  {
    kind: "StatefulSet",
    name: `alertmanager-${alertmanager}`,
    when: ["alertmanager.enabled"],
    labels: server("alertmanager", alertmanager),
    serviceAccount: alertmanager,
    userId: 1000,
    containers: [
      {
        name: "alertmanager",
        image: "quay.io/prometheus/alertmanager:v0.34.0",
        resources: "alertmanager.alertmanagerSpec.resources",
        ports: { "http-web": 9093 },
      },
      reloader,
    ],
    values: {
      ...placement("alertmanager.alertmanagerSpec"),
      replicas: "alertmanager.alertmanagerSpec.replicas",
      disruptionBudget: "alertmanager.podDisruptionBudget",
      disruptionBudgetWhen: "alertmanager.podDisruptionBudget.enabled",
      volumeClaimTemplate: "alertmanager.alertmanagerSpec.storage.volumeClaimTemplate",
    },
    services: [
      { name: alertmanager, ports: { "http-web": "alertmanager.service.port", "reloader-web": 8080 } },
      { name: "alertmanager-operated", headless: true, ports: { "http-web": 9093 } },
    ],
  },
];

const copiedKeys = [
  "replicas",
  "retention",
  "resources",
  "nodeSelector",
  "tolerations",
  "affinity",
  "topologySpreadConstraints",
  "logLevel",
  "logFormat",
];
const copiedByPrometheus = [
  "retentionSize",
  "scrapeInterval",
  "evaluationInterval",
  "enableFeatures",
  "enableRemoteWriteReceiver",
  "externalLabels",
  "ruleSelector",
  "ruleNamespaceSelector",
  "serviceMonitorSelector",
  "serviceMonitorNamespaceSelector",
  "podMonitorSelector",
  "podMonitorNamespaceSelector",
  "probeSelector",
  "probeNamespaceSelector",
  "scrapeConfigSelector",
  "scrapeConfigNamespaceSelector",
];

/** A server resource: the chart copies most keys of its values into the specification as they are. */
function serverResource(
  kind: string,
  name: string,
  when: string,
  spec: string,
  keys: readonly string[],
): OptionalObject {
  const copied = `pick (default dict ${read(spec)}) ${keys.map((key) => `\`${key}\``).join(" ")}`;
  const fixed = `dict \`serviceAccountName\` (print (include \`fullname\` .) \`-${kind.toLowerCase()}\`) \`portName\` \`http-web\``;
  const storage = spec.startsWith("prometheus") ? `${spec}.storageSpec` : `${spec}.storage`;
  return {
    when: [when],
    manifest: {
      apiVersion: "monitoring.coreos.com/v1",
      kind,
      metadata: { name, namespace, labels: { release: releaseName } },
      spec: expression(`merge (${fixed}) (dict \`storage\` (default dict ${read(storage)})) (${copied})`),
    },
  };
}

/** The resources from which the operator would make the servers. */
export const serverResources: readonly OptionalObject[] = [
  serverResource("Prometheus", prometheus, "prometheus.enabled", "prometheus.prometheusSpec", [
    ...copiedKeys,
    ...copiedByPrometheus,
  ]),
  serverResource("Alertmanager", alertmanager, "alertmanager.enabled", "alertmanager.alertmanagerSpec", copiedKeys),
];
