import { gauge } from "../../foundation/metric";

/** Our gateway. Its gauges exist for every configured model, also while no engine runs. */
export const gatewayMetrics = {
  requestsInFlight: gauge("ai_gateway_requests_in_flight", ["model"]),
  requestsQueued: gauge("ai_gateway_queued_requests", ["model"]),
} as const;
