import type { Needs, Size } from "./needs.ts";

/** A group of equal nodes, `perZone` in every zone. */
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
  /** @default the nodes do not say */
  readonly memoryMiB?: number;
}

export type Zone = "zone-a" | "zone-b" | "zone-c";

const zones = ["zone-a", "zone-b", "zone-c"] as const;

/** Machines of 32 vCPU and 128 GiB per zone: one zone may go, and the stack's largest number of pods still finds room. */
const generalPerZone: Readonly<Record<Exclude<Size, "dev">, number>> = { small: 2, large: 4, xlarge: 8 };

const gpuMemoryMiB: Readonly<Record<string, number>> = { "NVIDIA-H100-80GB-HBM3": 81_559, "NVIDIA-H200": 143_771 };

/** The simulated machines on which a stack is rehearsed: they follow what it needs, never its name. */
export function profileFor({ size, gpuProducts }: Needs): readonly NodePool[] {
  const general = size === "dev" ? smallest : [generalPool(generalPerZone[size])];
  return [...general, ...[...new Set(gpuProducts)].map(gpuPool)];
}

/** Exactly 4 vCPU and 8 GiB in all, so that the scheduler itself refuses a stack that asks for more. */
const smallest: readonly NodePool[] = [
  { name: "large", zones: ["zone-a"], perZone: 1, instanceType: "cpu-2", milliCpu: 2000, memoryMiB: 4096 },
  { name: "small", zones: ["zone-b", "zone-c"], perZone: 1, instanceType: "cpu-1", milliCpu: 1000, memoryMiB: 2048 },
];

function generalPool(perZone: number): NodePool {
  return { name: "general", zones, perZone, instanceType: "cpu-32", milliCpu: 32_000, memoryMiB: 131_072 };
}

/** One machine with eight GPUs per zone. */
function gpuPool(product: string): NodePool {
  const name = product
    .toLowerCase()
    .replace(/^nvidia-/, "")
    .replaceAll(/[^a-z0-9]+/g, "-");
  const memoryMiB = gpuMemoryMiB[product];
  return {
    name: `gpu-${name}`,
    zones,
    perZone: 1,
    instanceType: `gpu-${name}-8`,
    milliCpu: 192_000,
    memoryMiB: 2_097_152,
    gpu: { product, count: 8, ...(memoryMiB !== undefined && { memoryMiB }) },
  };
}
