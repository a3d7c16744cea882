import * as pulumi from "@pulumi/pulumi";
import {
  type Around,
  type Connections,
  type DataSource,
  type Member,
  type Namespace,
  type Part,
  reachKubernetesApi,
  release,
  type ScrapeTarget,
  talkWithin,
} from "../../foundation";
import { charts } from "../../versions";
import { LOKI_URL } from "./address";
import { loggingAlerts } from "./alerts";
import type { LoggingKeys } from "./keys";
import { ALLOY, alloyValues, LOKI, lokiValues, NAMESPACE } from "./values";

export type LoggingArgs = LoggingKeys & Pick<Around, "site">;

/** Loki, which keeps the lines of all pods for a while, and Alloy on every node, which collects them. */
export class Logging extends pulumi.ComponentResource implements Part {
  readonly name: string;
  readonly connections: Connections;
  readonly members: readonly Member[] = [];
  readonly metrics: readonly ScrapeTarget[];
  readonly alerts = loggingAlerts;
  readonly dataSources: readonly DataSource[];

  constructor(name: string, args: LoggingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:platform:Logging", name, {}, opts);
    this.name = name;
    const own = { parent: this };
    const { site } = args;
    const namespace = site.addNamespace(
      name,
      { name: NAMESPACE, access: [reachKubernetesApi(site.network), talkWithin()] },
      own,
    );
    const loki = this.install(
      "loki",
      args,
      namespace,
      lokiValues({ ...args, artifacts: site.artifacts, ...site.nodes }),
    );
    this.install("alloy", { site }, namespace, alloyValues({ artifacts: site.artifacts, ...site.nodes }), [loki]);

    const server = { name: LOKI.name, peer: peerOf(LOKI.name), ports: [LOKI.port] };
    const host = new URL(LOKI_URL).hostname;
    this.connections = { default: { name: "loki", host, port: LOKI.port, server, ready: [loki] } };
    this.metrics = [LOKI, ALLOY].map(({ name: pods, port }) => ({ name: pods, peer: peerOf(pods), port }));
    this.dataSources = [{ name: "Loki", type: "loki", url: LOKI_URL, server }];
    this.registerOutputs({});
  }

  private install(
    chart: "loki" | "alloy",
    { site, extraValues }: Pick<LoggingArgs, "site" | "extraValues">,
    namespace: Namespace,
    values: object,
    after: readonly pulumi.Resource[] = [],
  ): pulumi.Resource {
    const reference = site.artifacts.chart(charts[chart]);
    return release(
      chart,
      { chart: reference, namespace, releaseName: chart, values, extraValues },
      { parent: this, dependsOn: [namespace, ...after] },
    );
  }
}

function peerOf(name: string) {
  return { namespace: NAMESPACE, labels: { "app.kubernetes.io/name": name } };
}
