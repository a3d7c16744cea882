import type { KubernetesObject } from "./kubernetes";

export function isAutoscaler(object: KubernetesObject): boolean {
  return object.is("keda.sh", "ScaledObject") || object.is("autoscaling", "HorizontalPodAutoscaler");
}

/** The autoscaler that owns the number of pods of a workload, if there is one. */
export function autoscalerOf(
  workload: KubernetesObject,
  stack: readonly KubernetesObject[],
): KubernetesObject | undefined {
  return stack.find((object) => {
    const target = object.at("spec", "scaleTargetRef");
    return (
      isAutoscaler(object) &&
      // KEDA's default, which for a HorizontalPodAutoscaler is never used because there the kind is required.
      (target.at("kind").text ?? "Deployment") === workload.kind &&
      target.at("name").text === workload.name &&
      object.namespace.text === workload.namespace.text
    );
  });
}
