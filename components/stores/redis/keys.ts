import { z } from "zod";
import { partLabels, quantity, resources, sized, storage, storageClass } from "../../foundation/fields";

export const redisKeys = z.strictObject({
  keeps: z
    .enum(["cache", "queue"])
    .describe(
      "What it may forget: a `cache` evicts the least recently used keys when full; a `queue` refuses writes instead, so nothing queued is lost.",
    ),
  servers: sized(z.literal([1, 3]), { dev: 1, small: 3, large: 3, xlarge: 3 }).describe(
    "Servers: 1, or 3 of which Sentinel keeps one as master. Clients of 3 ask Sentinel for it.",
  ),
  memory: sized(quantity, { dev: "128Mi", small: "1Gi", large: "4Gi", xlarge: "16Gi" }).describe(
    "Size of the data set. Pods get half as much again, for copy-on-write during a save.",
  ),
  storage: sized(storage, { dev: "1Gi", small: "10Gi", large: "40Gi", xlarge: "200Gi" }),
  storageClass,
  resources: resources
    .optional()
    .describe("Requests and limits of a server, instead of those that follow from `memory`."),
  labels: partLabels.default({}),
});

export type RedisKeys = z.infer<typeof redisKeys>;
