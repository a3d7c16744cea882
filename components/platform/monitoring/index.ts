import type { IPodMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor";
import type { IPrometheusRule } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule";
import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  type Alert,
  type Around,
  type Connection,
  customResource,
  exempt,
  type Member,
  type Namespace,
  OwnedSecret,
  type Part,
  type Peer,
  reachAnywhere,
  reachKubernetesApi,
  type Recording,
  release,
  type RuleGroup,
  type ScrapeTarget,
  serveKubernetesApi,
  talkWithin,
} from "../../foundation";
import { charts } from "../../versions";
import { alertGroups } from "./alert-groups";
import { dashboardObject, dataSourceObject } from "./dashboards";
import type { MonitoringKeys } from "./keys";
import { RECEIVERS_SECRET, receiverAccess, receiverSecrets } from "./receivers";
import { buildValues, GRAFANA_SECRET, RELEASE_NAME } from "./values";

export type MonitoringArgs = MonitoringKeys &
  Pick<Around, "site"> & {
    /** Signs the certificate of the operator's admission webhook, so it must be ready first. @default the chart makes one */
    readonly certificates?: pulumi.Resource | undefined;
  };

const NAMESPACE = "monitoring";
const PROMETHEUS_PORT = 9090;
/** Port of the operator's admission webhook. */
const WEBHOOK_PORT = 10250;
const KUBELET_PORT = 10250;
const NODE_EXPORTER_PORT = 9100;
const PROMETHEUS: { name: string; peer: Required<Peer> } = {
  name: "prometheus",
  peer: { namespace: NAMESPACE, labels: { "app.kubernetes.io/name": "prometheus" } },
};
const ALERTMANAGER = {
  name: "alertmanager",
  peer: { namespace: NAMESPACE, labels: { "app.kubernetes.io/name": "alertmanager" } },
};
const GRAFANA = {
  name: "grafana",
  peer: { namespace: NAMESPACE, labels: { "app.kubernetes.io/name": "grafana" } },
};

/**
 * Prometheus, Alertmanager, Grafana and the exporters of nodes and objects. Its namespace is `privileged`, because the node exporter
 * reads the nodes' own file systems and network.
 */
export class Monitoring extends pulumi.ComponentResource implements Part {
  readonly name: string;
  /** Prometheus' API. */
  readonly connection: Connection;
  readonly connections;
  /** Prometheus, which scrapes. */
  readonly client = PROMETHEUS;
  /** Grafana, which asks the data sources of other parts. */
  readonly viewer = GRAFANA;
  readonly members: readonly Member[];
  private readonly args: MonitoringArgs;
  private readonly namespace: Namespace;
  private readonly stack: k8s.helm.v3.Release;

  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:platform:Monitoring", name, {}, opts);
    this.name = name;
    this.args = args;
    const own = { parent: this };
    const { site, certificates, receivers } = args;
    this.namespace = site.addNamespace(name, namespaceArgs(args), own);
    const secrets = this.secrets(name, own);
    this.stack = release(
      name,
      {
        chart: site.artifacts.chart(charts.kubePrometheusStack),
        namespace: this.namespace,
        releaseName: RELEASE_NAME,
        values: buildValues({
          ...args,
          artifacts: site.artifacts,
          ...site.nodes,
          certManager: certificates !== undefined,
        }),
        extraValues: args.extraValues,
        // Nine images, some of them large.
        timeoutSeconds: 900,
      },
      { ...own, dependsOn: [this.namespace, ...secrets, ...(certificates ? [certificates] : [])] },
    );
    this.connection = {
      name: "prometheus",
      host: `${RELEASE_NAME}-prometheus.${NAMESPACE}.svc.cluster.local`,
      port: PROMETHEUS_PORT,
      server: { ...PROMETHEUS, ports: [PROMETHEUS_PORT] },
      ready: [this.stack],
    };
    this.connections = { default: this.connection };
    this.members = [
      // Kubelets and node exporters answer on the nodes' own addresses.
      { ...PROMETHEUS, access: [reachAnywhere(KUBELET_PORT, NODE_EXPORTER_PORT)] },
      { ...ALERTMANAGER, access: receiverAccess(receivers) },
    ];
    this.registerOutputs({ host: this.connection.host });
  }

  /** Makes Prometheus read what parts measure, and gives it their alerts and dashboards. */
  watch(parts: readonly Part[]): void {
    const after = { parent: this, dependsOn: [this.stack] };
    for (const target of parts.flatMap(({ metrics = [] }) => metrics)) this.monitor(target, after);
    for (const [name, alerts] of alertGroups(parts)) this.rules({ name, recordings: [], alerts }, after);
    for (const group of parts.flatMap(({ ruleGroups = [] }) => ruleGroups)) this.rules(group, after);
    const dashboards = parts.flatMap((part) => part.dashboards ?? []);
    for (const dashboard of new Map(dashboards.map((one) => [one.name, one])).values())
      dashboardObject(dashboard, this.namespace, { parent: this, dependsOn: [this.namespace] });
    for (const source of parts.flatMap((part) => part.dataSources ?? []))
      dataSourceObject(source, this.namespace, { parent: this, dependsOn: [this.namespace] });
  }

  private monitor({ name, peer, port, path = "/metrics" }: ScrapeTarget, opts: pulumi.CustomResourceOptions): void {
    customResource<IPodMonitor>(
      `${name}-monitor`,
      {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PodMonitor",
        metadata: { name, namespace: this.namespace.reference, labels: this.namespace.labels(name, "monitor") },
        spec: {
          namespaceSelector: { matchNames: [peer.namespace] },
          selector: { matchLabels: peer.labels },
          podMetricsEndpoints: [{ portNumber: port, path }],
        },
      },
      opts,
    );
  }

  private rules({ name, recordings, alerts }: RuleGroup, opts: pulumi.CustomResourceOptions): void {
    const rules = [...recordings.map(recordingRule), ...alerts.map((alert) => alertingRule(alert, this.args))];
    customResource<IPrometheusRule>(
      name,
      {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PrometheusRule",
        metadata: {
          name,
          namespace: this.namespace.reference,
          labels: this.namespace.labels(name, "alerts"),
        },
        spec: { groups: [{ name, rules }] },
      },
      opts,
    );
  }

  /** Grafana's first user, and what the receivers must not show. */
  private secrets(name: string, own: pulumi.CustomResourceOptions): pulumi.Resource[] {
    const { namespace } = this;
    const given = Object.entries(receiverSecrets(this.args.receivers)).map(
      ([receiver, reference]) => [receiver, this.args.site.secret(reference)] as const,
    );
    const admin = new OwnedSecret(
      `${name}-grafana-admin`,
      { namespace, generate: ["password"], given: { username: "admin" }, fixedName: GRAFANA_SECRET },
      own,
    );
    if (given.length === 0) return [admin];
    const receivers = new OwnedSecret(
      `${name}-receivers`,
      { namespace, given: Object.fromEntries(given), fixedName: RECEIVERS_SECRET },
      own,
    );
    return [admin, receivers];
  }
}

function namespaceArgs({ site }: MonitoringArgs) {
  return {
    name: NAMESPACE,
    level: "privileged" as const,
    annotations: exempt(
      "namespaces-enforce-restricted",
      "node-exporter reads the node's own files and network counters",
    ),
    access: [reachKubernetesApi(site.network), serveKubernetesApi(WEBHOOK_PORT), talkWithin()],
  };
}

function recordingRule({ name, expression, labels }: Recording) {
  return { record: name, expr: expression, labels };
}

function alertingRule(
  { name, expression, for: hold, severity, summary, description }: Alert,
  { runbooks }: MonitoringArgs,
) {
  return {
    alert: name,
    expr: expression,
    for: hold,
    labels: { severity },
    annotations: { summary, description, runbook_url: `${runbooks.replace(/\/$/, "")}/${name}.md` },
  };
}
