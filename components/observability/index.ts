import type { IPodMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor";
import type { IPrometheusRule } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule";
import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  allow,
  charts,
  type Connection,
  customResource,
  GeneratedSecret,
  type Labels,
  labels,
  Namespace,
  type Offers,
  type Peer,
  reachKubernetesApi,
  reachNodes,
  release,
  serveKubernetesApi,
  talkWithin,
} from "../foundation";
import { type Alert, platformAlerts } from "./alerts";
import type { ObservabilityArgs } from "./args";
import { buildValues, GRAFANA_SECRET, RELEASE_NAME } from "./values";

export { type Alert, gpuAlerts, traefikAlerts } from "./alerts";
export type { ObservabilityArgs } from "./args";

const NAMESPACE = "monitoring";
const PROMETHEUS_PORT = 9090;
/** Port of the operator's admission webhook. */
const WEBHOOK_PORT = 10250;
const KUBELET_PORT = 10250;
const NODE_EXPORTER_PORT = 9100;
const PROMETHEUS_PODS: Required<Peer> = { namespace: NAMESPACE, labels: { "app.kubernetes.io/name": "prometheus" } };

/** Pods that expose metrics over plain HTTP on a port that their containers declare. */
export interface ScrapeTarget {
  readonly namespace: Namespace;
  readonly labels: Labels;
  readonly port: number;
  /** @default "/metrics" */
  readonly path?: string;
}

/**
 * Prometheus, Alertmanager, Grafana and the exporters of nodes and objects. Its namespace is `privileged`, because the node exporter
 * reads the nodes' own file systems and network. Offers the connection to Prometheus' API.
 */
export class Observability extends pulumi.ComponentResource implements Offers {
  readonly connection: Connection;
  private readonly namespace: Namespace;
  private readonly stack: k8s.helm.v3.Release;

  constructor(name: string, args: ObservabilityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:observability:Observability", name, {}, opts);
    const own = { parent: this };
    this.namespace = new Namespace(name, { name: NAMESPACE, level: "privileged", access: access() }, own);
    const admin = new GeneratedSecret(
      `${name}-grafana-admin`,
      { namespace: this.namespace, keys: ["password"], fixed: { username: "admin" }, fixedName: GRAFANA_SECRET },
      own,
    );
    this.stack = release(
      name,
      {
        chart: args.artifacts.chart(charts.kubePrometheusStack),
        namespace: this.namespace,
        releaseName: RELEASE_NAME,
        values: buildValues(args),
        extraValues: args.extraValues,
        // Nine images, some of them large.
        timeoutSeconds: 900,
      },
      { ...own, dependsOn: [this.namespace, admin, args.certificates] },
    );
    this.connection = {
      name: "prometheus",
      host: `${RELEASE_NAME}-prometheus.${NAMESPACE}.svc.cluster.local`,
      port: PROMETHEUS_PORT,
      server: PROMETHEUS_PODS,
      ready: [this.stack],
    };
    this.scrape("cert-manager", args.certificates.metrics, own);
    this.alert("alerts", platformAlerts, own);
    this.registerOutputs({ host: this.connection.host });
  }

  /** Makes Prometheus read the metrics of pods, and opens the way to them. */
  scrape(
    name: string,
    { namespace, labels: pods, port, path = "/metrics" }: ScrapeTarget,
    opts: pulumi.CustomResourceOptions,
  ): void {
    const after = pulumi.mergeOptions(opts, { dependsOn: [this.stack, namespace] });
    customResource<IPodMonitor>(
      `${name}-monitor`,
      {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PodMonitor",
        metadata: { name, namespace: this.namespace.reference, labels: labels(name, "monitor") },
        spec: {
          namespaceSelector: { matchNames: [namespace.name] },
          selector: { matchLabels: pods },
          podMetricsEndpoints: [{ portNumber: port, path }],
        },
      },
      after,
    );
    const server = { name, peer: { namespace: namespace.name, labels: pods } };
    allow({ client: { name: "prometheus", peer: PROMETHEUS_PODS }, server, ports: [port] }, after);
  }

  /** Adds a group of alerts. */
  alert(group: string, alerts: readonly Alert[], opts: pulumi.CustomResourceOptions): void {
    customResource<IPrometheusRule>(
      group,
      {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PrometheusRule",
        metadata: { name: group, namespace: this.namespace.reference, labels: labels(group, "alerts") },
        spec: { groups: [{ name: group, rules: alerts.map(rule) }] },
      },
      pulumi.mergeOptions(opts, { dependsOn: [this.stack] }),
    );
  }
}

/** Kubelets and node exporters answer on the nodes' own addresses. */
function access() {
  return [
    reachKubernetesApi(),
    serveKubernetesApi(WEBHOOK_PORT),
    reachNodes([KUBELET_PORT, NODE_EXPORTER_PORT], PROMETHEUS_PODS.labels),
    talkWithin(),
  ];
}

function rule({ name, expression, for: hold, severity, summary, description }: Alert) {
  return { alert: name, expr: expression, for: hold, labels: { severity }, annotations: { summary, description } };
}
