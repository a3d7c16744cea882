import { z } from "zod";
import { count } from "../../foundation/fields";
import { modelKeys } from "../engine/keys";

/** llm-d-inference-sim: the API and metrics of vLLM without a model or GPU. */
export const simulatorKeys = z.strictObject({
  ...modelKeys,
  contextTokens: modelKeys.contextTokens.default(4096),
  answerSeconds: modelKeys.answerSeconds.default(30),
  timeToFirstTokenMs: count(0, 600_000).default(50).describe("Simulated time to first token in milliseconds."),
  interTokenMs: count(0, 60_000).default(10).describe("Simulated time between tokens in milliseconds."),
});

export type SimulatorKeys = z.infer<typeof simulatorKeys>;
