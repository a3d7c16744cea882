import { autoscalerOf } from "../autoscalers";
import { isReplicated } from "../pods";
import { stackRule, violation } from "../rule";

export const noReplicasBesideAnAutoscaler = stackRule({
  name: "no-replicas-beside-an-autoscaler",
  why: "The program and the autoscaler would fight over the field, and each deployment would scale the service down.",
  fix: "leave spec.replicas out and set the autoscaler's bounds",
  check: (stack) =>
    stack
      .filter((object) => isReplicated(object) && autoscalerOf(object, stack))
      .map((workload) => workload.at("spec", "replicas"))
      .filter(({ absent }) => !absent)
      .map((replicas) => violation(replicas, "absent")),
});
