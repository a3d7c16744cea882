import { once } from "../../foundation";
import { Gpu } from ".";
import { gpuKeys } from "./keys";

export const gpu = once(gpuKeys.describe("NVIDIA GPU operator. Required by models of kind vllm."), Gpu, {
  namespaces: ["gpu-operator"],
});
