/** CPU and memory of a container, in Kubernetes' own quantities. */
export interface Resources {
  /** CPU request, as in `250m` or `2`. */
  readonly cpu: string;
  /** Memory request, as in `512Mi` or `1Gi`. */
  readonly memory: string;
  readonly limits?:
    | {
        /** @default four times the request, for start-up and bursts */
        readonly cpu?: string | undefined;
        /** @default the request: memory is not overcommitted, so no pod dies for another's appetite */
        readonly memory?: string | undefined;
      }
    | undefined;
  /** NVIDIA GPUs. @default 0 */
  readonly gpus?: number | undefined;
}

/** Requests and limits as Kubernetes takes them. */
export function resourceRequirements({ cpu, memory, limits = {}, gpus = 0 }: Resources) {
  const gpu = gpus > 0 ? { "nvidia.com/gpu": String(gpus) } : {};
  return {
    requests: { cpu, memory, ...gpu },
    limits: { cpu: limits.cpu ?? fourTimes(cpu), memory: limits.memory ?? memory, ...gpu },
  };
}

/** Resources of a container of a third-party chart. Its CPU limit is 500m unless said otherwise: enough for a start, too little to starve a node. */
export function chartResources(cpu: string, memory: string, cpuLimit = "500m") {
  return { requests: { cpu, memory }, limits: { cpu: cpuLimit, memory } };
}

export type ChartResources = Readonly<ReturnType<typeof chartResources>>;

const MEBIBYTES = { Mi: 1, Gi: 1024, Ti: 1024 * 1024 } as const;

/** `1Gi` -> 1024. Throws for a quantity without one of the units Mi, Gi, Ti. */
export function mebibytes(quantity: string): number {
  const [, number = "", unit = ""] = /^(\d+)(Mi|Gi|Ti)$/.exec(quantity) ?? [];
  if (!unit) throw new Error(`"${quantity}" is no quantity of memory: write it as in 512Mi, 1Gi or 2Ti.`);
  return Number(number) * MEBIBYTES[unit as keyof typeof MEBIBYTES];
}

/** `250m` -> 250, `2` -> 2000. */
export function millicores(cpu: string): number {
  return cpu.endsWith("m") ? Number(cpu.slice(0, -1)) : 1000 * Number(cpu);
}

/** `250m` -> `1000m`, `2` -> `8`. */
function fourTimes(cpu: string): string {
  return cpu.endsWith("m") ? `${4 * Number(cpu.slice(0, -1))}m` : String(4 * Number(cpu));
}
