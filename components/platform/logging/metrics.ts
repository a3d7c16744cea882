import { counter, targetLabels } from "../../foundation/metric";

/** Alloy 1.18. */
export const collectorMetrics = {
  droppedLines: counter("loki_write_dropped_entries_total", [...targetLabels, "reason"]),
} as const;
