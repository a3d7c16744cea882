import type { Dashboard } from "../../foundation";
import { numberedPods, resourcePanels } from "../../foundation/pod-metrics";
import { series } from "../../foundation/promql";
import { postgresMetrics } from "./metrics";

export function postgresDashboard(name: string, namespace: string): Dashboard {
  const pod = numberedPods(name);
  const where = { namespace, pod };
  return {
    name: `postgres-${name}`,
    title: name,
    panels: [
      { title: "Servers that answer", unit: "short", queries: { "{{pod}}": series(postgresMetrics.up, where) } },
      { title: "Replication lag", unit: "s", queries: { "{{pod}}": series(postgresMetrics.replicationLag, where) } },
      ...resourcePanels(namespace, pod),
    ],
  };
}
