import type { Placement } from "../../foundation";

/** Nodes with GPUs; with `product`, those whose label `nvidia.com/gpu.product` has this value, `NVIDIA-H100-80GB-HBM3` for instance. */
export function gpuPlacement(product?: string): Placement {
  return {
    tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
    nodeSelector: { "nvidia.com/gpu.present": "true", ...(product && { "nvidia.com/gpu.product": product }) },
  };
}
