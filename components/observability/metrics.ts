/**
 * Every metric and label that scalers, alerts and dashboards query, by exporter. A name stands nowhere else, and a label that a metric
 * does not have does not compile.
 */

export interface Gauge<Label extends string = string> {
  readonly kind: "gauge";
  readonly name: string;
  readonly labels: readonly Label[];
}

/** Only grows; its name ends in `_total`. */
export interface Counter<Label extends string = string> {
  readonly kind: "counter";
  readonly name: string;
  readonly labels: readonly Label[];
}

/** A classic histogram by its base name; `labels` are those beside `le`. */
export interface Histogram<Label extends string = string> {
  readonly kind: "histogram";
  readonly name: string;
  readonly labels: readonly Label[];
}

export type Metric = Gauge | Counter | Histogram;

/** Labels that Prometheus gives to everything it scrapes from a pod. */
const TARGET_LABELS = ["namespace", "pod"] as const;

function gauge<const Label extends string>(name: string, labels: readonly Label[]): Gauge<Label> {
  return { kind: "gauge", name, labels };
}

function counter<const Label extends string>(name: string, labels: readonly Label[]): Counter<Label> {
  return { kind: "counter", name, labels };
}

function histogram<const Label extends string>(name: string, labels: readonly Label[]): Histogram<Label> {
  return { kind: "histogram", name, labels };
}

/** vLLM 0.32. The simulator knows the same metrics, without the label `engine`: never group by it. None exist at zero engines. */
export const vllm = {
  requestsWaiting: gauge("vllm:num_requests_waiting", ["model_name", "engine"]),
  /** 0 to 1. */
  kvCacheUsage: gauge("vllm:kv_cache_usage_perc", ["model_name", "engine"]),
  timeToFirstToken: histogram("vllm:time_to_first_token_seconds", ["model_name", "engine"]),
} as const;

/** Our gateway. Its gauges exist for every configured model, also while no engine runs. */
export const gateway = {
  requestsInFlight: gauge("ai_gateway_requests_in_flight", ["model"]),
  requestsQueued: gauge("ai_gateway_queued_requests", ["model"]),
} as const;

/** Traefik 3.7. Its durations are left out: a stream lasts as long as its answer, so they say nothing about speed. */
export const traefik = {
  serviceRequests: counter("traefik_service_requests_total", ["code", "method", "protocol", "service"]),
} as const;

/** KEDA 2.20. Prometheus renames the label `namespace` of the object, because the target has one too. */
export const keda = {
  scaledObjectErrors: counter("keda_scaled_object_errors_total", ["exported_namespace", "scaledObject"]),
} as const;

/** kube-state-metrics 2.20; its chart lets the objects' own labels win. */
export const kubernetes = {
  autoscalerReplicas: gauge("kube_horizontalpodautoscaler_status_current_replicas", [
    "namespace",
    "horizontalpodautoscaler",
  ]),
  autoscalerMinimum: gauge("kube_horizontalpodautoscaler_spec_min_replicas", ["namespace", "horizontalpodautoscaler"]),
  autoscalerMaximum: gauge("kube_horizontalpodautoscaler_spec_max_replicas", ["namespace", "horizontalpodautoscaler"]),
} as const;

/** NVIDIA DCGM exporter 4.6. */
export const dcgm = {
  /** Percent. */
  utilisation: gauge("DCGM_FI_DEV_GPU_UTIL", ["gpu", "UUID", "Hostname"]),
  /** Degrees Celsius. */
  temperature: gauge("DCGM_FI_DEV_GPU_TEMP", ["gpu", "UUID", "Hostname"]),
} as const;

/** CloudNativePG 1.30. */
export const cloudNativePg = {
  up: gauge("cnpg_collector_up", [...TARGET_LABELS, "cluster"]),
  /** Seconds; 0 on the primary. */
  replicationLag: gauge("cnpg_pg_replication_lag", TARGET_LABELS),
} as const;

/** redis_exporter 1.89. */
export const redis = {
  up: gauge("redis_up", TARGET_LABELS),
} as const;
