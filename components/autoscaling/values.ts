import type { AutoscalingArgs } from "./args";

interface Resources {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly cpu: string; readonly memory: string };
}

interface Part {
  readonly replicaCount: number;
}

interface Budget {
  readonly maxUnavailable: number;
}

/** The keys of the keda chart that we set. */
export interface AutoscalingValues {
  readonly global?: { readonly image: { readonly registry: string } };
  readonly image: { readonly pullPolicy: "IfNotPresent" };
  readonly operator: Part;
  readonly metricsServer: Part;
  readonly webhooks: Part;
  readonly podDisruptionBudget: {
    readonly operator: Budget;
    readonly metricServer: Budget;
    readonly webhooks: Budget;
  };
  readonly rbac: { readonly enabledCustomScaledRefKinds: false };
  readonly resources: {
    readonly operator: Resources;
    readonly metricServer: Resources;
    readonly webhooks: Resources;
  };
  readonly prometheus: { readonly operator: { readonly enabled: true } };
}

export function buildValues({
  artifacts,
  replicas,
}: Pick<AutoscalingArgs, "artifacts" | "replicas">): AutoscalingValues {
  const part = { replicaCount: replicas };
  const budget = { maxUnavailable: 1 };
  return {
    ...(artifacts.imageMirror && { global: { image: { registry: artifacts.imageMirror } } }),
    // The default asks the registry at every start, so that scaling would stop with it.
    image: { pullPolicy: "IfNotPresent" },
    operator: part,
    metricsServer: part,
    webhooks: part,
    podDisruptionBudget: { operator: budget, metricServer: budget, webhooks: budget },
    // The default may change every resource of the cluster that can be scaled; we scale Deployments.
    rbac: { enabledCustomScaledRefKinds: false },
    // The chart allows 1000Mi each; caches hold the platform's namespaces easily in less.
    resources: { operator: resources(256), metricServer: resources(128), webhooks: resources(64) },
    prometheus: { operator: { enabled: true } },
  };
}

function resources(memoryMiB: number): Resources {
  const memory = `${memoryMiB}Mi`;
  return { requests: { cpu: "20m", memory }, limits: { cpu: "500m", memory } };
}
