import { conditionOf, type KubeObject } from "../objects/object.ts";
import { linesOf } from "./pod-lines.ts";
import { READY, type Rule, waiting } from "./rule.ts";

export const pod: Rule = {
  check(object) {
    if ((object["status"] as { phase?: string } | undefined)?.phase === "Succeeded") return READY;
    const missing = ["PodScheduled", "Initialized", "Ready"].find(
      (type) => conditionOf(object, type)?.status !== "True",
    );
    return missing === undefined ? READY : waiting(describeMissing(object, missing));
  },
  details: linesOf,
};

function describeMissing(object: KubeObject, type: string): string {
  const { reason = "", message = "" } = conditionOf(object, type) ?? {};
  return `waiting for ${type}${reason && `: [${reason}] ${message}`}`;
}
