/** What a size preset fills in where the stack file is silent. */

interface Preset {
  readonly certificates: { readonly replicas: number };
  readonly ingress: { readonly replicas: number };
  readonly autoscaling: { readonly replicas: number };
  readonly observability: { readonly replicas: number; readonly storageGiB: number; readonly memoryMiB: number };
  readonly postgres: {
    readonly kind: string;
    readonly instances: number;
    readonly storageGiB: number;
    readonly memoryMiB: number;
  };
  readonly redis: Readonly<Record<"cache" | "queue", RedisPreset>>;
  readonly backend: { readonly replicas: { readonly min: number; readonly max: number } };
}

interface RedisPreset {
  readonly replicas: 1 | 3;
  readonly memoryMiB: number;
  readonly storageGiB: number;
}

export const sizes = {
  /** Fits 4 vCPU and 8 GiB, third-party parts included. */
  dev: {
    certificates: { replicas: 1 },
    ingress: { replicas: 1 },
    autoscaling: { replicas: 1 },
    observability: { replicas: 1, storageGiB: 5, memoryMiB: 768 },
    postgres: { kind: "cluster", instances: 1, storageGiB: 5, memoryMiB: 512 },
    redis: {
      cache: { replicas: 1, memoryMiB: 128, storageGiB: 1 },
      queue: { replicas: 1, memoryMiB: 128, storageGiB: 1 },
    },
    backend: { replicas: { min: 1, max: 2 } },
  },
  /** Survives the loss of any one node. */
  small: {
    certificates: { replicas: 2 },
    ingress: { replicas: 2 },
    autoscaling: { replicas: 2 },
    observability: { replicas: 2, storageGiB: 50, memoryMiB: 4096 },
    postgres: { kind: "cluster", instances: 3, storageGiB: 50, memoryMiB: 4096 },
    redis: {
      cache: { replicas: 3, memoryMiB: 1024, storageGiB: 5 },
      queue: { replicas: 3, memoryMiB: 1024, storageGiB: 10 },
    },
    backend: { replicas: { min: 2, max: 10 } },
  },
  large: {
    certificates: { replicas: 3 },
    ingress: { replicas: 3 },
    autoscaling: { replicas: 2 },
    observability: { replicas: 2, storageGiB: 200, memoryMiB: 16_384 },
    postgres: { kind: "cluster", instances: 3, storageGiB: 200, memoryMiB: 16_384 },
    redis: {
      cache: { replicas: 3, memoryMiB: 4096, storageGiB: 20 },
      queue: { replicas: 3, memoryMiB: 4096, storageGiB: 40 },
    },
    backend: { replicas: { min: 5, max: 100 } },
  },
  xlarge: {
    certificates: { replicas: 3 },
    ingress: { replicas: 10 },
    autoscaling: { replicas: 2 },
    observability: { replicas: 2, storageGiB: 1000, memoryMiB: 65_536 },
    postgres: { kind: "cluster", instances: 5, storageGiB: 1000, memoryMiB: 65_536 },
    redis: {
      cache: { replicas: 3, memoryMiB: 16_384, storageGiB: 100 },
      queue: { replicas: 3, memoryMiB: 16_384, storageGiB: 200 },
    },
    backend: { replicas: { min: 50, max: 500 } },
  },
} as const satisfies Record<string, Preset>;
