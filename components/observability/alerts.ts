import { cloudNativePg, dcgm, gateway, keda, kubernetes, redis, traefik, vllm } from "./metrics";
import { increase, max, quantile, rate, series, sum } from "./promql";

/** One alert. The texts may use Prometheus' templates, `{{ $value }}` for instance. */
export interface Alert {
  readonly name: string;
  readonly expression: string;
  /** How long the expression must hold, for example `5m`. */
  readonly for: string;
  readonly severity: "warning" | "critical";
  readonly summary: string;
  readonly description: string;
}

/** The latency a user notices; whole requests last as long as their answers. Thresholds on it are edges of its buckets. */
const timeToFirstToken = quantile(0.95, vllm.timeToFirstToken, { by: ["model_name"], window: "5m" });

/** Alerts on what every stack runs: gateway, engines, autoscalers and stores. */
export const platformAlerts: readonly Alert[] = [
  {
    name: "GatewayMetricsAbsent",
    expression: `absent(${series(gateway.requestsInFlight)})`,
    for: "5m",
    severity: "critical",
    summary: "No gateway reports metrics",
    description: "Either no gateway runs, or Prometheus cannot reach it; engines cannot be scaled on its demand.",
  },
  {
    name: "EngineQueueLong",
    expression: `${sum(vllm.requestsWaiting, { by: ["model_name"] })} > 50`,
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
    expression: `${max(vllm.kvCacheUsage, { by: ["model_name"] })} > 0.95`,
    for: "5m",
    severity: "warning",
    summary: "The KV cache of {{ $labels.model_name }} is nearly full",
    description: "{{ $value | humanizePercentage }} is used; the engine preempts requests when it is full.",
  },
  {
    // The status of a scaled object is no metric; its errors are, and every cause of "not ready" after creation counts as one.
    name: "KEDAScaledObjectNotReady",
    expression: `${increase(keda.scaledObjectErrors, { by: ["exported_namespace", "scaledObject"], window: "5m" })} > 0`,
    for: "5m",
    severity: "warning",
    summary: "{{ $labels.exported_namespace }}/{{ $labels.scaledObject }} cannot be scaled",
    description: "KEDA counted {{ $value }} errors within five minutes. Look at the conditions of the ScaledObject.",
  },
  {
    name: "AutoscalerSaturated",
    expression: saturated(),
    for: "10m",
    severity: "warning",
    summary: "{{ $labels.namespace }}/{{ $labels.horizontalpodautoscaler }} is at its maximum",
    description: "It runs {{ $value }} pods and may not start more. Raise its maximum, or expect queues.",
  },
  {
    name: "RedisDown",
    expression: `${series(redis.up)} == 0`,
    for: "2m",
    severity: "critical",
    summary: "Redis {{ $labels.namespace }}/{{ $labels.pod }} does not answer",
    description: "Its exporter runs, but cannot log in or connect. Limits, sessions or queued work are affected.",
  },
  {
    name: "PostgresDown",
    expression: `${series(cloudNativePg.up)} == 0`,
    for: "2m",
    severity: "critical",
    summary: "PostgreSQL {{ $labels.namespace }}/{{ $labels.pod }} does not answer",
    description: "The pod runs, but its server is down. The operator should have replaced it by now.",
  },
  {
    name: "PostgresReplicationLag",
    expression: `${series(cloudNativePg.replicationLag)} > 60`,
    for: "5m",
    severity: "warning",
    summary: "PostgreSQL {{ $labels.namespace }}/{{ $labels.pod }} lags behind",
    description: "It is {{ $value | humanizeDuration }} behind its primary; a failover to it would lose that time.",
  },
];

/** Alerts on Traefik; a group of their own. */
export const traefikAlerts: readonly Alert[] = [
  {
    name: "TraefikHighErrorRate",
    expression: `${rate(traefik.serviceRequests, { where: { code: /5../ }, window: "5m" })} / ${rate(traefik.serviceRequests, { window: "5m" })} > 0.05`,
    for: "2m",
    severity: "critical",
    summary: "Servers behind Traefik fail",
    description: "{{ $value | humanizePercentage }} of all answers within five minutes were server errors.",
  },
];

/** Alerts on GPUs, for stacks that have any. */
export const gpuAlerts: readonly Alert[] = [
  {
    name: "GpuHot",
    expression: `${series(dcgm.temperature)} > 85`,
    for: "5m",
    severity: "warning",
    summary: "GPU {{ $labels.gpu }} of {{ $labels.Hostname }} is hot",
    description: "It has {{ $value }} degrees Celsius and will slow down.",
  },
  {
    name: "GpuSaturated",
    expression: `${series(dcgm.utilisation)} > 95`,
    for: "10m",
    severity: "warning",
    summary: "GPU {{ $labels.gpu }} of {{ $labels.Hostname }} is fully used",
    description: "It is busy {{ $value }} % of the time.",
  },
];

/** At the maximum, unless the maximum is also the minimum and nothing was meant to scale. */
function saturated(): string {
  const atMaximum = `${series(kubernetes.autoscalerReplicas)} >= ${series(kubernetes.autoscalerMaximum)}`;
  const canScale = `${series(kubernetes.autoscalerMaximum)} > ${series(kubernetes.autoscalerMinimum)}`;
  return `(${atMaximum}) and (${canScale})`;
}
