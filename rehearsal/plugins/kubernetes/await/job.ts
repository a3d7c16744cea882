import { conditionOf } from "../objects/object.ts";
import { podLines } from "./pod-lines.ts";
import { READY, type Rule, waiting } from "./rule.ts";

/** Reasons after which the controller never starts another pod. */
const FINAL = ["BackoffLimitExceeded", "DeadlineExceeded"];

export const job: Rule = {
  check(object) {
    const failed = conditionOf(object, "Failed");
    if (failed?.status === "True" && FINAL.includes(failed.reason ?? "")) {
      return { ready: false, final: true, findings: [`[${failed.reason}] ${failed.message ?? ""}`] };
    }
    const { startTime } = (object["status"] ?? {}) as { startTime?: string };
    if (!startTime) return waiting("the Job has not started");
    return conditionOf(object, "Complete")?.status === "True" ? READY : waiting("the Job has not completed");
  },
  details: podLines,
};
