import type { Trigger } from "../../foundation";
import { sum } from "../../foundation/promql";
import type { GatewayKeys } from "./keys";
import { gatewayMetrics } from "./metrics";

/** Percent of the CPU request beyond which streams would wait for each other. */
const CPU_PERCENT = 200;

/** Requests in flight, because streams are long and cheap; CPU besides, for many short requests. */
export function gatewayTriggers({ requestsPerPod }: Pick<GatewayKeys, "requestsPerPod">): [Trigger, ...Trigger[]] {
  return [
    { kind: "prometheus", query: sum(gatewayMetrics.requestsInFlight), compare: "per-pod", threshold: requestsPerPod },
    { kind: "cpu", percent: CPU_PERCENT },
  ];
}
