import { resourceRule, violation } from "../rule";

/** `maxUnavailable` is a number or a percentage. */
const ZERO = ["0", "0%"];

export const budgetsPermitEviction = resourceRule({
  name: "budgets-permit-eviction",
  why: "A budget that never lets a pod go stops every node upgrade until somebody deletes it at night.",
  fix: "set spec.maxUnavailable: 1",
  check: (object) => {
    if (!object.is("policy", "PodDisruptionBudget")) return [];
    const unavailable = object.at("spec", "maxUnavailable");
    const available = object.at("spec", "minAvailable");
    return [
      ...(ZERO.includes(String(unavailable.value)) ? [violation(unavailable, "at least 1")] : []),
      ...(available.value === "100%" ? [violation(available, "below 100%")] : []),
    ];
  },
});
