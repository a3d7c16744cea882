import type { Dashboard, Panel } from "../../foundation";
import type { Counter, Histogram } from "../../foundation/metric";
import { quantile, rate, sum } from "../../foundation/promql";
import { traefikMetrics } from "./metrics";

const window = "5m";

/** What passes the edge: requests, errors and latency of each entry point, router and service. */
export const trafficDashboard: Dashboard = {
  name: "ingress-traffic",
  title: "Traffic through Traefik",
  columns: 3,
  panels: [
    ...panels("entry point", "entrypoint", traefikMetrics.entryPointRequests, traefikMetrics.entryPointDuration),
    ...panels("router", "router", traefikMetrics.routerRequests, traefikMetrics.routerDuration),
    ...panels("service", "service", traefikMetrics.serviceRequests, traefikMetrics.serviceDuration),
    {
      title: "Open connections by entry point",
      unit: "short",
      queries: {
        "{{entrypoint}} {{protocol}}": sum(traefikMetrics.openConnections, { by: ["entrypoint", "protocol"] }),
      },
    },
  ],
};

/** Three panels about what one label tells apart. */
function panels(what: string, label: string, requests: Counter, durations: Histogram): Panel[] {
  const legend = `{{${label}}}`;
  const by = [label];
  const all = rate(requests, { by, window });
  const failed = rate(requests, { where: { code: /5../ }, by, window });
  return [
    { title: `Requests by ${what}`, unit: "reqps", queries: { [legend]: all } },
    {
      title: `Server errors by ${what}`,
      unit: "percentunit",
      // Where nothing failed there is no series of failures: that is none, not unknown.
      queries: { [legend]: `(${failed} or 0 * ${all}) / ${all}` },
    },
    {
      title: `Latency by ${what}, p95`,
      unit: "s",
      queries: { [legend]: quantile(0.95, durations, { by, window }) },
    },
  ];
}
