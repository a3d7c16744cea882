import { z } from "zod";
import { count, holdTime } from "../../foundation/fields";

function alerting(hold: string, severity: "warning" | "critical") {
  return {
    for: holdTime.default(hold).describe("How long it must last until the alert fires."),
    severity: z.enum(["warning", "critical"]).default(severity).describe("Severity of the alert."),
  };
}

const seconds = z.number().positive().max(300);
const share = z.number().positive().max(1);

/** What a service promises, as the edge sees it. */
export const objectiveKeys = z.strictObject({
  latency: z
    .strictObject({
      quantile: z.number().min(0.5).max(0.999).default(0.95).describe("Share of requests that the times are about."),
      targetSeconds: seconds.describe(
        "Latency that is aimed at; recorded and drawn. Exact at the edges of the buckets in which Traefik counts: 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30, 60, 300.",
      ),
      alertAboveSeconds: seconds.describe("Latency that alerts: ServiceLatencyHigh."),
      ...alerting("5m", "warning"),
    })
    .optional()
    .describe("How long answers take."),
  errors: z
    .strictObject({
      targetShare: share.describe("Share of server errors that is accepted, 0.001 for 0.1 %; recorded and drawn."),
      alertAboveShare: share.describe("Share that alerts: ServiceErrorsHigh."),
      ...alerting("2m", "critical"),
    })
    .optional()
    .describe("How many answers are server errors."),
  scaling: z
    .strictObject({
      aboveRequestsPerSecond: count(1, 1_000_000).describe(
        "Requests per second above which more pods than `scale.min` must run; else ServiceNotScaling alerts.",
      ),
      ...alerting("5m", "warning"),
    })
    .optional()
    .describe("From when on the number of pods must have grown."),
});

export type ObjectiveKeys = z.infer<typeof objectiveKeys>;
