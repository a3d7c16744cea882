import type { Resources } from "../../foundation";
import { ENGINE_PORT } from "../engine/engine";
import type { SimulatorKeys } from "./keys";

/** User `nonroot` of the distroless image. */
export const SIMULATOR_USER = 65532;

/** Arguments of llm-d-inference-sim. Its parser refuses vLLM flags it does not know, so this list is its own. */
export function simulatorArguments(name: string, model: SimulatorKeys): string[] {
  const flags = {
    model: name,
    port: ENGINE_PORT,
    "max-model-len": model.contextTokens,
    "max-num-seqs": 16,
    "time-to-first-token": `${model.timeToFirstTokenMs}ms`,
    "inter-token-latency": `${model.interTokenMs}ms`,
  };
  // The dummy tokenizer needs no download.
  return [...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)]), "--force-dummy-tokenizer"];
}

export const simulatorResources: Resources = { cpu: "50m", memory: "64Mi" };
