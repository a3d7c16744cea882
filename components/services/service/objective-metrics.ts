import { gauge } from "../../foundation/metric";

const SERVICE = ["namespace", "service"] as const;

/** What Prometheus records about a service and its targets: for alerts, dashboards and reports over weeks. */
export const objectiveMetrics = {
  latency: gauge("service:edge_latency_seconds:quantile5m", [...SERVICE, "quantile"]),
  latencyTarget: gauge("service:edge_latency_seconds:target", [...SERVICE, "quantile"]),
  errors: gauge("service:edge_errors:share5m", SERVICE),
  errorsTarget: gauge("service:edge_errors:target", SERVICE),
  requests: gauge("service:edge_requests:rate1m", SERVICE),
} as const;
