import { containersOf, usesGpu } from "../pods";
import { resourceRule, violation } from "../rule";

/** `maxSurge` is a number or a percentage. */
const ZERO = ["0", "0%"];

export const gpuWorkloadsDoNotSurge = resourceRule({
  name: "gpu-workloads-do-not-surge",
  why: "An extra pod needs GPUs that nobody keeps free: the rollout waits for them until it fails.",
  fix: "set strategy.rollingUpdate.maxSurge: 0 with maxUnavailable: 1",
  check: (object) => {
    const strategy = object.at("spec", "strategy");
    const surge = strategy.at("rollingUpdate", "maxSurge");
    const inPlace = strategy.unknown || strategy.at("type").value === "Recreate" || ZERO.includes(String(surge.value));
    const usesGpus = object.is("apps", "Deployment") && containersOf(object).some(usesGpu);
    return usesGpus && !inPlace ? [violation(surge, "0")] : [];
  },
});
