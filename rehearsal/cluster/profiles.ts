/** The simulated machines of each profile, as data. */

/** A group of equal nodes, one per zone unless `perZone` says more. */
export interface NodePool {
  readonly name: string;
  readonly zones: readonly Zone[];
  readonly perZone: number;
  readonly instanceType: string;
  /** What pods may request: whole or thousandths of a vCPU, and MiB. */
  readonly milliCpu: number;
  readonly memoryMiB: number;
  readonly gpu?: GpuModel;
}

/** As the labels of NVIDIA's feature discovery name it. */
export interface GpuModel {
  readonly product: string;
  readonly count: number;
  readonly memoryMiB: number;
}

export type Zone = "zone-a" | "zone-b" | "zone-c";
export type Profile = "dev" | "prod";

const zones = ["zone-a", "zone-b", "zone-c"] as const;

/**
 * `dev` offers exactly 4 vCPU and 8 GiB in all, so that the scheduler itself refuses a stack that asks for more.
 * `prod` has room for replicas in every zone and one eight-GPU machine per zone and kind.
 */
export const profiles: Readonly<Record<Profile, readonly NodePool[]>> = {
  dev: [
    { name: "large", zones: ["zone-a"], perZone: 1, instanceType: "cpu-2", milliCpu: 2000, memoryMiB: 4096 },
    { name: "small", zones: ["zone-b", "zone-c"], perZone: 1, instanceType: "cpu-1", milliCpu: 1000, memoryMiB: 2048 },
  ],
  prod: [
    { name: "general", zones, perZone: 2, instanceType: "cpu-32", milliCpu: 32_000, memoryMiB: 131_072 },
    {
      name: "gpu-h100",
      zones,
      perZone: 1,
      instanceType: "gpu-h100-8",
      milliCpu: 192_000,
      memoryMiB: 2_097_152,
      gpu: { product: "NVIDIA-H100-80GB-HBM3", count: 8, memoryMiB: 81_559 },
    },
    {
      name: "gpu-h200",
      zones,
      perZone: 1,
      instanceType: "gpu-h200-8",
      milliCpu: 192_000,
      memoryMiB: 2_097_152,
      gpu: { product: "NVIDIA-H200", count: 8, memoryMiB: 143_771 },
    },
  ],
};

/** The machines a stack is rehearsed on: the small ones for `dev`, the others for every other stack. */
export function profileOf(stack: string): Profile {
  return stack === "dev" ? "dev" : "prod";
}
