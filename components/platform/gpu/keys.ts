import { z } from "zod";
import { extraValues } from "../../foundation/fields";

export const gpuKeys = z.strictObject({
  driver: z
    .enum(["preinstalled", "operator"])
    .default("preinstalled")
    .describe("Whether node images bring the NVIDIA driver, as most clouds' do, or the operator installs it."),
  mig: z
    .enum(["none", "single", "mixed"])
    .default("none")
    .describe("How GPUs are partitioned: not at all, all alike, or freely."),
  extraValues,
});

export type GpuKeys = z.infer<typeof gpuKeys>;
