import type { Alert } from "../../foundation";
import { increase } from "../../foundation/promql";
import { collectorMetrics } from "./metrics";

const dropped = increase(collectorMetrics.droppedLines, { by: ["reason"], window: "15m" });

export const loggingAlerts: readonly Alert[] = [
  {
    name: "LogLinesDropped",
    expression: `${dropped} > 0`,
    for: "15m",
    severity: "warning",
    summary: "Log lines are lost",
    description:
      "Collectors dropped {{ $value }} lines within fifteen minutes ({{ $labels.reason }}): Loki is away, or refuses them.",
  },
];
