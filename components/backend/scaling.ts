import type { Trigger } from "../autoscaling/args";
import { gateway } from "../observability/metrics";
import { sum } from "../observability/promql";
import type { BackendArgs } from "./args";

/** Percent of the CPU request beyond which streams would wait for each other. */
const CPU_PERCENT = 200;

/** Requests in flight, because streams are long and cheap; CPU besides, for many short requests. */
export function backendTriggers({ requestsPerPod }: Pick<BackendArgs, "requestsPerPod">): [Trigger, ...Trigger[]] {
  return [
    { kind: "prometheus", query: sum(gateway.requestsInFlight), compare: "per-pod", threshold: requestsPerPod },
    { kind: "cpu", percent: CPU_PERCENT },
  ];
}
