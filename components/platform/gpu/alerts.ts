import type { Alert } from "../../foundation";
import { series } from "../../foundation/promql";
import { gpuMetrics } from "./metrics";

export const gpuAlerts: readonly Alert[] = [
  {
    name: "GpuHot",
    expression: `${series(gpuMetrics.temperature)} > 85`,
    for: "5m",
    severity: "warning",
    summary: "GPU {{ $labels.gpu }} of {{ $labels.Hostname }} is hot",
    description: "It has {{ $value }} degrees Celsius and will slow down.",
  },
  {
    name: "GpuSaturated",
    expression: `${series(gpuMetrics.utilisation)} > 95`,
    for: "10m",
    severity: "warning",
    summary: "GPU {{ $labels.gpu }} of {{ $labels.Hostname }} is fully used",
    description: "It is busy {{ $value }} % of the time.",
  },
];
