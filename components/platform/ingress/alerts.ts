import type { Alert } from "../../foundation";
import { rate } from "../../foundation/promql";
import { traefikMetrics } from "./metrics";

const failed = rate(traefikMetrics.serviceRequests, { where: { code: /5../ }, window: "5m" });
const all = rate(traefikMetrics.serviceRequests, { window: "5m" });

/** Alerts on Traefik; a group of their own. */
export const ingressAlerts: readonly Alert[] = [
  {
    name: "TraefikHighErrorRate",
    expression: `${failed} / ${all} > 0.05`,
    for: "2m",
    severity: "critical",
    summary: "Servers behind Traefik fail",
    description: "{{ $value | humanizePercentage }} of all answers within five minutes were server errors.",
  },
];
