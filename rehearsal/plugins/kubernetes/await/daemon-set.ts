import type { KubeObject } from "../objects/object.ts";
import { GENERIC_TIMEOUT, READY, type Rule, waiting } from "./rule.ts";

interface DaemonSet extends KubeObject {
  status?: {
    observedGeneration?: number;
    desiredNumberScheduled?: number;
    currentNumberScheduled?: number;
    updatedNumberScheduled?: number;
    numberAvailable?: number;
    numberReady?: number;
  };
}

export const daemonSet: Rule = {
  timeoutText: GENERIC_TIMEOUT,
  check(object) {
    const { status = {}, metadata } = object as DaemonSet;
    if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) return waiting("not yet observed");
    const { desiredNumberScheduled: desired } = status;
    if (desired === undefined) return waiting("the number of nodes is not known yet");
    const counts = [
      ["scheduled", status.currentNumberScheduled],
      ["updated", status.updatedNumberScheduled],
      ["available", status.numberAvailable],
      ["ready", status.numberReady],
    ] as const;
    const short = counts.filter(([, count = 0]) => count < desired);
    return short.length === 0 ? READY : waiting(...short.map(([what, count = 0]) => `${count} of ${desired} ${what}`));
  },
};
