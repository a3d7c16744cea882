import { count, partLabels, replicas } from "../../foundation/fields";

/** Keys that every kind of model has. Its name in the stack file is the name that clients ask for. */
export const modelKeys = {
  contextTokens: count(256, 10_000_000).describe("Longest prompt plus answer, in tokens."),
  replicas: replicas(0, 100)
    .default({ min: 1, max: 1 })
    .describe(
      "Engine pods. A minimum of 0 lets idle models sleep; different bounds need `autoscaling` and `monitoring`.",
    ),
  answerSeconds: count(10, 3600)
    .default(300)
    .describe("Longest answer, in seconds: how long a leaving engine may finish its streams."),
  labels: partLabels.default({}),
};

export interface ModelKeys {
  readonly contextTokens: number;
  readonly replicas: { readonly min: number; readonly max: number };
  readonly answerSeconds: number;
  readonly labels: Readonly<Record<string, string>>;
}
