import { z } from "zod";
import { count, dnsLabel } from "../../foundation/fields";

const percent = z.strictObject({ percent: count(1, 1000).describe("Percent of the request.") });

const signals = {
  cpu: percent.optional().describe("CPU use. Needs metrics-server, which most clusters have. Wakes nothing."),
  memory: percent.optional().describe("Memory use. Wakes nothing."),
  ingressRequests: z
    .strictObject({ perPod: count(1, 1_000_000).describe("Requests per second and pod.") })
    .optional()
    .describe("Requests that the edge sends it. Needs `ingress` and `monitoring`. Wakes nothing."),
  ingressLatency: z
    .strictObject({
      quantile: z.number().min(0.5).max(0.999).default(0.95),
      seconds: z.number().positive().describe("Latency that is aimed at."),
    })
    .optional()
    .describe("How long it takes to answer, as the edge sees it. Needs `ingress` and `monitoring`. Wakes nothing."),
  list: z
    .strictObject({
      in: z.string().describe("A redis of the stack."),
      name: z.string().min(1).describe("The list."),
      perPod: count(1, 1_000_000).describe("Entries per pod."),
    })
    .optional()
    .describe("Length of a Redis list. Wakes the first pod."),
  query: z
    .strictObject({
      promql: z.string().min(1).describe("Query with one result."),
      threshold: z.number().positive(),
      compare: z
        .enum(["per-pod", "as-is"])
        .default("per-pod")
        .describe("Whether the threshold is per pod, or for the result itself."),
      wakeAbove: z
        .number()
        .min(0)
        .optional()
        .describe("Result above which the first pod is woken. Default: it wakes nothing."),
    })
    .optional()
    .describe("Any query to Prometheus. Needs `monitoring`. Without a result the number of pods stays."),
  cron: z
    .strictObject({
      timezone: z.string().regex(/^[A-Za-z_]+(\/[A-Za-z_+-]+)*$/, "a time zone, for example Europe/Berlin"),
      start: z.string().regex(/^\S+ \S+ \S+ \S+ \S+$/, "five fields of cron"),
      end: z.string().regex(/^\S+ \S+ \S+ \S+ \S+$/, "five fields of cron"),
      pods: count(1, 1000),
    })
    .optional()
    .describe("A number of pods between two points in time."),
};

const signal = z
  .strictObject(signals)
  .refine((value) => Object.values(value).filter((kind) => kind !== undefined).length === 1, {
    error: `exactly one of ${Object.keys(signals).join(", ")}`,
  });

export const scaleKeys = z
  .strictObject({
    name: dnsLabel.optional().describe("Name of the ScaledObject, where a system fixes it. Default: the service's."),
    min: count(0, 1000).describe("Pods that always run. 0 lets it sleep, and needs a signal that wakes it."),
    max: count(1, 1000).describe("Pods at most."),
    on: z.array(signal).min(1).describe("Signals; the one that asks for most pods wins."),
    upAfterSeconds: count(0, 3600).default(60).describe("The demand of this many seconds decides about more pods."),
    downAfterSeconds: count(0, 3600).default(300).describe("The demand of this many seconds decides about fewer pods."),
    cooldownSeconds: count(0, 86_400)
      .default(300)
      .describe("Seconds without demand until the last pod goes, with min 0."),
  })
  .refine(({ min, max }) => min <= max, { path: ["min"], error: "no more than max" });

export type ScaleKeys = z.infer<typeof scaleKeys>;
export type SignalKeys = z.infer<typeof signal>;
