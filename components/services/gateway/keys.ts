import { z } from "zod";
import { count, cpu, hostname, partLabels, quantity, replicas, sized, uses } from "../../foundation/fields";

export const gatewayKeys = z.strictObject({
  uses: uses.describe(
    "Its stores, under the names `postgres`, `cache` and `queue`: a list of stores of these names, or `{ postgres: <store>, ... }`. All models are used as well.",
  ),
  host: hostname.optional().describe("Host under which the API is served. Default: the stack's domain."),
  through: z
    .array(z.string())
    .default(["cors-headers", "rate-limit", "security-headers"])
    .describe("Middlewares of the edge that every request passes, in this order; see `ingress.middlewares`."),
  replicas: sized(replicas(1, 1000), {
    dev: { min: 1, max: 2 },
    small: { min: 2, max: 10 },
    large: { min: 5, max: 100 },
    xlarge: { min: 50, max: 500 },
  }).describe("Pods; the autoscaler moves within the bounds. Different bounds need `autoscaling` and `monitoring`."),
  cpu: cpu.default("250m").describe("CPU request per pod; the limit is four times as much."),
  memory: quantity
    .default("384Mi")
    .describe("Memory per pod, request and limit; it holds the largest bodies that the gateway takes at once."),
  drainSeconds: count(5, 3600)
    .default(300)
    .describe(
      "Time a leaving pod may take to finish its streams, in seconds. Not shorter than the longest answer of any model.",
    ),
  databaseConnectionsPerPod: sized(count(1, 100), { dev: 8, small: 8, large: 4, xlarge: 2 }).describe(
    "Connections that one pod keeps to PostgreSQL at most.",
  ),
  buildRepository: z
    .string()
    .regex(/^[\w.-]+(:\d+)?\/[\w./-]+$/, "a repository with its registry, for example registry.example.com/backend")
    .optional()
    .describe("Build apps/backend with Docker and push it here. Default: the published image."),
  engineDiscovery: z
    .enum(["dns", "endpointSlices"])
    .default("dns")
    .describe(
      "How the gateway finds engines. `dns` is as late as DNS caches. `endpointSlices` learns at once; its pods then get a token to read them.",
    ),
  usageJournal: z
    .boolean()
    .default(true)
    .describe(
      "Keep usage records in the pod's memory until Redis has them. A node that dies takes the last tenth of a second of them along, or all since Redis went away. Without it every answer waits for Redis.",
    ),
  requestsPerPod: count(1, 10_000).default(100).describe("Requests in flight per pod that the autoscaler aims at."),
  labels: partLabels.default({}),
});

export type GatewayKeys = z.infer<typeof gatewayKeys>;

export const GATEWAY_PORT = 8000;
/** User of the image; see apps/backend/Dockerfile. */
export const GATEWAY_USER = 10001;
