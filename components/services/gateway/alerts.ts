import type { Alert } from "../../foundation";
import { series } from "../../foundation/promql";
import { gatewayMetrics } from "./metrics";

export const gatewayAlerts: readonly Alert[] = [
  {
    name: "GatewayMetricsAbsent",
    expression: `absent(${series(gatewayMetrics.requestsInFlight)})`,
    for: "5m",
    severity: "critical",
    summary: "No gateway reports metrics",
    description: "Either no gateway runs, or Prometheus cannot reach it; engines cannot be scaled on its demand.",
  },
];
