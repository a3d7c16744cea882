import type { Alert } from "../../foundation";
import { max, quantile, sum } from "../../foundation/promql";
import { engineMetrics } from "./metrics";

/** The latency a user notices; whole requests last as long as their answers. Thresholds on it are edges of its buckets. */
const timeToFirstToken = quantile(0.95, engineMetrics.timeToFirstToken, { by: ["model_name"], window: "5m" });

export const engineAlerts: readonly Alert[] = [
  {
    name: "EngineQueueLong",
    expression: `${sum(engineMetrics.requestsWaiting, { by: ["model_name"] })} > 50`,
    for: "5m",
    severity: "warning",
    summary: "Requests wait for {{ $labels.model_name }}",
    description: "{{ $value }} requests wait in its engines. Raise the model's replicas.max if GPUs are free.",
  },
  {
    name: "TimeToFirstTokenAboveObjective",
    expression: `${timeToFirstToken} > 1`,
    for: "15m",
    severity: "warning",
    summary: "{{ $labels.model_name }} misses its latency objective",
    description: "One request in twenty waits {{ $value | humanizeDuration }} or more for its first token.",
  },
  {
    name: "TimeToFirstTokenHigh",
    expression: `${timeToFirstToken} > 5`,
    for: "5m",
    severity: "critical",
    summary: "{{ $labels.model_name }} starts to answer late",
    description: "One request in twenty waits {{ $value | humanizeDuration }} or more for its first token.",
  },
  {
    name: "EngineCacheNearlyFull",
    expression: `${max(engineMetrics.kvCacheUsage, { by: ["model_name"] })} > 0.95`,
    for: "5m",
    severity: "warning",
    summary: "The KV cache of {{ $labels.model_name }} is nearly full",
    description: "{{ $value | humanizePercentage }} is used; the engine preempts requests when it is full.",
  },
];
