import type { Trigger } from "../../foundation";
import { sum } from "../../foundation/promql";
import { gatewayMetrics } from "../../services/gateway/metrics";
import { engineMetrics } from "./metrics";

/** Requests one engine answers side by side before the next one helps; llm-d's validated value for its running requests. */
const REQUESTS_PER_ENGINE = 16;
/** Requests waiting inside one engine; any lasting queue there means that its memory is full. */
const WAITING_PER_ENGINE = 2;

/**
 * Engines follow the gateway's view of a model, which exists while no engine runs and so can wake the first one; and the engines' own
 * queue, which sees long prompts fill the cache before the number of requests does.
 */
export function engineTriggers(model: string): [Trigger, ...Trigger[]] {
  const demand = [gatewayMetrics.requestsInFlight, gatewayMetrics.requestsQueued].map((metric) =>
    sum(metric, { where: { model } }),
  );
  return [
    { kind: "prometheus", query: demand.join(" + "), compare: "per-pod", threshold: REQUESTS_PER_ENGINE, wakeAbove: 0 },
    {
      kind: "prometheus",
      // Without engines there is no series: that is an empty queue, not a fault.
      query: `${sum(engineMetrics.requestsWaiting, { where: { model_name: model } })} or vector(0)`,
      compare: "per-pod",
      threshold: WAITING_PER_ENGINE,
    },
  ];
}
