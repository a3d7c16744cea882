import type { Dashboard } from "../../foundation";
import { numberedPods, resourcePanels } from "../../foundation/pod-metrics";
import { series } from "../../foundation/promql";
import { redisMetrics } from "./metrics";

export function redisDashboard(name: string, namespace: string): Dashboard {
  const pod = numberedPods(name);
  return {
    name: `redis-${name}`,
    title: name,
    panels: [
      {
        title: "Servers that answer",
        unit: "short",
        queries: { "{{pod}}": series(redisMetrics.up, { namespace, pod }) },
      },
      ...resourcePanels(namespace, pod),
    ],
  };
}
