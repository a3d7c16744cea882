import { gauge, targetLabels } from "../../foundation/metric";

/** CloudNativePG 1.30. */
export const postgresMetrics = {
  up: gauge("cnpg_collector_up", [...targetLabels, "cluster"]),
  /** Seconds; 0 on the primary. */
  replicationLag: gauge("cnpg_pg_replication_lag", targetLabels),
} as const;
