import { kind, type Problem, type Stack } from "../../foundation";
import { engineName } from "../engine/engine";
import { autoscalingNeedsItsParts } from "../engine/rules";
import { Vllm } from ".";
import { type VllmKeys, vllmKeys } from "./keys";

export const vllm = kind(vllmKeys, Vllm, {
  names: (_, model) => [engineName(model)],
  check: (keys, stack) => [...autoscalingNeedsItsParts(keys, stack), ...needsGpus(keys, stack)],
});

function needsGpus(_: VllmKeys, { platform }: Stack): Problem[] {
  if (platform["gpu"] !== undefined) return [];
  return [
    {
      path: ["kind"],
      text: 'is "vllm", but ai-platform:gpu is missing, so no node would offer a GPU.\n  Add "ai-platform:gpu: {}", or use kind: simulator.',
    },
  ];
}
