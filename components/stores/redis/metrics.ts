import { gauge, targetLabels } from "../../foundation/metric";

/** redis_exporter 1.89. */
export const redisMetrics = {
  up: gauge("redis_up", targetLabels),
} as const;
