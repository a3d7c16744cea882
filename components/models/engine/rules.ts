import type { Problem, Stack } from "../../foundation";
import { isAutoscaled } from "./engine";
import type { ModelKeys } from "./keys";

/** Engines scale on what Prometheus says of the gateway. */
export function autoscalingNeedsItsParts(keys: ModelKeys, { platform }: Stack): Problem[] {
  if (!isAutoscaled(keys)) return [];
  const missing = ["autoscaling", "monitoring"].filter((key) => platform[key] === undefined);
  if (missing.length === 0) return [];
  const { min, max } = keys.replicas;
  return [
    {
      path: ["replicas"],
      text: `goes from ${min} to ${max}, but the stack has no ${missing.map((key) => `ai-platform:${key}`).join(" and no ")}, which would move the number.\n  Add "ai-platform:${missing[0]}: {}", or set min and max to the same number.`,
    },
  ];
}
