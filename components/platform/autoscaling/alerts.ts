import type { Alert } from "../../foundation";
import { increase, series } from "../../foundation/promql";
import { autoscalerMetrics, kedaMetrics } from "./metrics";

export const autoscalingAlerts: readonly Alert[] = [
  {
    // The status of a scaled object is no metric; its errors are, and every cause of "not ready" after creation counts as one.
    name: "KEDAScaledObjectNotReady",
    expression: `${increase(kedaMetrics.scaledObjectErrors, { by: ["exported_namespace", "scaledObject"], window: "5m" })} > 0`,
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
];

/** At the maximum, unless the maximum is also the minimum and nothing was meant to scale. */
function saturated(): string {
  const atMaximum = `${series(autoscalerMetrics.replicas)} >= ${series(autoscalerMetrics.maximum)}`;
  const canScale = `${series(autoscalerMetrics.maximum)} > ${series(autoscalerMetrics.minimum)}`;
  return `(${atMaximum}) and (${canScale})`;
}
