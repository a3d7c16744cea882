import type { KubernetesField, KubernetesObject } from "../kubernetes";
import { resourceRule, violation } from "../rule";

export const autoscalersHaveBounds = resourceRule({
  name: "autoscalers-have-bounds",
  why: "The defaults are from zero to a hundred pods: a cold start for the first user and a bill for the rest.",
  fix: "set the lowest and the highest number of replicas, the highest not below the lowest",
  check: (object) =>
    bounds(object).flatMap(([lowest, highest]) => {
      const missing = [lowest, highest].filter(({ absent }) => absent);
      const crossed = (highest.number ?? Infinity) < (lowest.number ?? 0);
      return [
        ...missing.map((field) => violation(field, "a number of pods")),
        ...(crossed ? [violation(highest, `at least ${lowest.number}`)] : []),
      ];
    }),
});

function bounds(object: KubernetesObject): [lowest: KubernetesField, highest: KubernetesField][] {
  if (object.is("keda.sh", "ScaledObject"))
    return [[object.at("spec", "minReplicaCount"), object.at("spec", "maxReplicaCount")]];
  if (object.is("autoscaling", "HorizontalPodAutoscaler"))
    return [[object.at("spec", "minReplicas"), object.at("spec", "maxReplicas")]];
  return [];
}
