import type { Alert } from "../../foundation";
import { series } from "../../foundation/promql";
import { postgresMetrics } from "./metrics";

export const postgresAlerts: readonly Alert[] = [
  {
    name: "PostgresDown",
    expression: `${series(postgresMetrics.up)} == 0`,
    for: "2m",
    severity: "critical",
    summary: "PostgreSQL {{ $labels.namespace }}/{{ $labels.pod }} does not answer",
    description: "The pod runs, but its server is down. The operator should have replaced it by now.",
  },
  {
    name: "PostgresReplicationLag",
    expression: `${series(postgresMetrics.replicationLag)} > 60`,
    for: "5m",
    severity: "warning",
    summary: "PostgreSQL {{ $labels.namespace }}/{{ $labels.pod }} lags behind",
    description: "It is {{ $value | humanizeDuration }} behind its primary; a failover to it would lose that time.",
  },
];
