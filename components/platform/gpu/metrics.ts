import { gauge } from "../../foundation/metric";

/** NVIDIA DCGM exporter 4.6. */
export const gpuMetrics = {
  /** Percent. */
  utilisation: gauge("DCGM_FI_DEV_GPU_UTIL", ["gpu", "UUID", "Hostname"]),
  /** Degrees Celsius. */
  temperature: gauge("DCGM_FI_DEV_GPU_TEMP", ["gpu", "UUID", "Hostname"]),
} as const;
