import { autoscalerOf } from "../autoscalers";
import type { KubernetesObject } from "../kubernetes";
import { isReplicated } from "../pods";
import { stackRule, violation } from "../rule";
import { selects } from "../selectors";

export const replicatedWorkloadsHaveABudget = stackRule({
  name: "replicated-workloads-have-a-budget",
  why: "Without a budget a node drain may evict all pods of a service at once, however many there are.",
  fix: "add a PodDisruptionBudget with maxUnavailable: 1 whose selector matches the pods",
  check: (stack) =>
    stack
      .filter((object) => isReplicated(object) && hasSeveralPods(object, stack) && !hasBudget(object, stack))
      .map((workload) => workload.at("spec", "template", "metadata", "labels"))
      .map((labels) => violation(labels, "selected by a PodDisruptionBudget")),
});

function hasSeveralPods(workload: KubernetesObject, stack: readonly KubernetesObject[]): boolean {
  return (workload.at("spec", "replicas").number ?? 1) > 1 || autoscalerOf(workload, stack) !== undefined;
}

function hasBudget(workload: KubernetesObject, stack: readonly KubernetesObject[]): boolean {
  const labels = workload.at("spec", "template", "metadata", "labels");
  return stack.some(
    (object) =>
      object.is("policy", "PodDisruptionBudget") &&
      object.isIn(workload.namespace) &&
      selects(object.at("spec", "selector"), labels),
  );
}
