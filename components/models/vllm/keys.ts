import { z } from "zod";
import { cpu, quantity, secretReference } from "../../foundation/fields";
import { modelKeys } from "../engine/keys";

/** A vLLM engine on NVIDIA GPUs. */
export const vllmKeys = z.strictObject({
  ...modelKeys,
  source: z
    .string()
    .regex(/^hf:\/\/[\w.-]+\/[\w.-]+@[0-9a-f]{40}$/, "hf://<organisation>/<model>@<40-digit commit>")
    .describe("Weights on the Hugging Face hub, pinned to a commit."),
  token: secretReference.optional().describe("Access token of the Hugging Face hub, for models behind a licence."),
  gpus: z.literal([1, 2, 4, 8]).default(1).describe("GPUs per engine pod (tensor parallel)."),
  gpuProduct: z
    .string()
    .min(1)
    .optional()
    .describe("Value of the node label nvidia.com/gpu.product the engine needs. Default: any GPU node."),
  gpuMemoryShare: z
    .number()
    .min(0.1)
    .max(0.98)
    .default(0.9)
    .describe("Share of GPU memory for weights and cache, 0.1 to 0.98."),
  cpu: cpu.default("8").describe("CPU request per pod."),
  memory: quantity.default("64Gi").describe("Main memory per pod, shared memory included."),
  weights: quantity.describe("Volume per pod for downloaded weights and compiled kernels."),
});

export type VllmKeys = z.infer<typeof vllmKeys>;
