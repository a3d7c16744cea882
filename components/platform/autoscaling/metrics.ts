import { counter, gauge } from "../../foundation/metric";

/** KEDA 2.20. Prometheus renames the label `namespace` of the object, because the target has one too. */
export const kedaMetrics = {
  scaledObjectErrors: counter("keda_scaled_object_errors_total", ["exported_namespace", "scaledObject"]),
} as const;

const AUTOSCALER = ["namespace", "horizontalpodautoscaler"] as const;

/** kube-state-metrics 2.20; its chart lets the objects' own labels win. */
export const autoscalerMetrics = {
  replicas: gauge("kube_horizontalpodautoscaler_status_current_replicas", AUTOSCALER),
  minimum: gauge("kube_horizontalpodautoscaler_spec_min_replicas", AUTOSCALER),
  maximum: gauge("kube_horizontalpodautoscaler_spec_max_replicas", AUTOSCALER),
} as const;
