import type { Alert } from "../../foundation";
import { series } from "../../foundation/promql";
import { redisMetrics } from "./metrics";

export const redisAlerts: readonly Alert[] = [
  {
    name: "RedisDown",
    expression: `${series(redisMetrics.up)} == 0`,
    for: "2m",
    severity: "critical",
    summary: "Redis {{ $labels.namespace }}/{{ $labels.pod }} does not answer",
    description: "Its exporter runs, but cannot log in or connect. Limits, sessions or queued work are affected.",
  },
];
