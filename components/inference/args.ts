import type * as pulumi from "@pulumi/pulumi";
import type { Autoscaling } from "../autoscaling";
import type { Artifacts, Config, Namespace } from "../foundation";
import type { Gpu } from "../gpu";
import type { Observability } from "../observability";

type Model = Config["models"][number];
export type VllmModel = Extract<Model, { kind: "vllm" }>;
export type SimulatorModel = Extract<Model, { kind: "simulator" }>;

interface Surroundings {
  readonly namespace: Namespace;
  readonly artifacts: Artifacts;
  /** Access token of the Hugging Face hub, for models behind a licence; from encrypted configuration. */
  readonly huggingFaceToken: pulumi.Output<string> | undefined;
  /** Nodes with GPUs; needed by models of kind `vllm`. */
  readonly gpu: Gpu | undefined;
  readonly autoscaling: Autoscaling;
  readonly observability: Observability;
}

/** One model and its engine; see the configuration reference for the model's own keys. */
export type EngineArgs = Surroundings & Model;

export const ENGINE_PORT = 8000;
