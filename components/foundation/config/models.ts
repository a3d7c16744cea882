import { z } from "zod";
import { count, cpu, modelName, replicas } from "./fields";

const common = {
  name: modelName.describe("Name clients ask for, and part of the engine's object names."),
  contextTokens: count(256, 10_000_000).describe("Longest prompt plus answer, in tokens."),
};

const vllm = z.strictObject({
  ...common,
  kind: z.literal("vllm").describe("A vLLM engine on NVIDIA GPUs."),
  source: z
    .string()
    .regex(/^hf:\/\/[\w.-]+\/[\w.-]+@[0-9a-f]{40}$/, "hf://<organisation>/<model>@<40-digit commit>")
    .describe("Weights on the Hugging Face hub, pinned to a commit."),
  gpus: z.literal([1, 2, 4, 8]).default(1).describe("GPUs per engine pod (tensor parallel)."),
  gpuProduct: z
    .string()
    .min(1)
    .optional()
    .describe("Value of the node label nvidia.com/gpu.product the engine needs. Default: any GPU node."),
  replicas: replicas(0, 100)
    .default({ min: 1, max: 1 })
    .describe("Engine pods. A minimum of 0 lets idle models sleep."),
  gpuMemoryShare: z
    .number()
    .min(0.1)
    .max(0.98)
    .default(0.9)
    .describe("Share of GPU memory for weights and cache, 0.1 to 0.98."),
  cpu: cpu.default("8").describe("CPU request per pod."),
  memoryGiB: count(4, 2048).default(64).describe("Main memory per pod in GiB, shared memory included."),
  weightsGiB: count(1, 4096).describe("Volume per pod for downloaded weights and compiled kernels, in GiB."),
  answerSeconds: count(10, 3600)
    .default(300)
    .describe("Longest answer, in seconds: how long a leaving engine may finish its streams."),
});

const simulator = z.strictObject({
  ...common,
  contextTokens: common.contextTokens.default(4096),
  kind: z.literal("simulator").describe("llm-d-inference-sim: the API and metrics of vLLM without a model or GPU."),
  replicas: replicas(0, 100).default({ min: 1, max: 2 }).describe("Engine pods."),
  timeToFirstTokenMs: count(0, 600_000).default(50).describe("Simulated time to first token in milliseconds."),
  interTokenMs: count(0, 60_000).default(10).describe("Simulated time between tokens in milliseconds."),
});

/** `kind` may be left out: a model is served by vLLM unless it says otherwise. */
export const model = z.preprocess(
  (value) => (typeof value === "object" && value !== null && !("kind" in value) ? { kind: "vllm", ...value } : value),
  z.discriminatedUnion("kind", [vllm, simulator]),
);
