import type { PrometheusTrigger } from "../../foundation";
import { quantile, rate } from "../../foundation/promql";
import { serviceOfRoute, traefikMetrics } from "./metrics";

/** Scales on the requests per second that the edge sends to a service. Wakes nothing: without pods there are no requests to count. */
export function ingressRequests(namespace: string, route: string, perPod: number): PrometheusTrigger {
  const where = { service: serviceOfRoute(namespace, route) };
  return {
    kind: "prometheus",
    // Before the first request there is no series: that is no demand, not a fault.
    query: `${rate(traefikMetrics.serviceRequests, { where, window: "1m" })} or vector(0)`,
    compare: "per-pod",
    threshold: perPod,
  };
}

/** Scales on how long a service takes to answer, as the edge sees it. */
export function ingressLatency(namespace: string, route: string, q: number, seconds: number): PrometheusTrigger {
  const where = { service: serviceOfRoute(namespace, route) };
  const latency = quantile(q, traefikMetrics.serviceDuration, { where, window: "5m" });
  return {
    kind: "prometheus",
    // Without requests the quantile is "not a number", which no autoscaler understands.
    query: `(${latency} >= 0) or vector(0)`,
    compare: "as-is",
    threshold: seconds,
  };
}
