import {
  type Artifacts,
  chartResources,
  type ChartResources,
  type Spread,
  spreadOver,
  type Toleration,
} from "../../foundation";
import type { AutoscalingKeys } from "./keys";

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
    readonly operator: ChartResources;
    readonly metricServer: ChartResources;
    readonly webhooks: ChartResources;
  };
  readonly topologySpreadConstraints: {
    readonly operator: Spread;
    readonly metricsServer: Spread;
    readonly webhooks: Spread;
  };
  readonly tolerations: readonly Toleration[];
  readonly prometheus: { readonly operator: { readonly enabled: true } };
}

export function buildValues({
  artifacts,
  replicas,
  tolerations,
}: Pick<AutoscalingKeys, "replicas"> & {
  readonly artifacts: Artifacts;
  readonly tolerations: readonly Toleration[];
}): AutoscalingValues {
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
    resources: {
      operator: chartResources("20m", "256Mi"),
      metricServer: chartResources("20m", "128Mi"),
      webhooks: chartResources("20m", "64Mi"),
    },
    topologySpreadConstraints: {
      operator: spreadOver({ app: "keda-operator" }),
      metricsServer: spreadOver({ app: "keda-operator-metrics-apiserver" }),
      webhooks: spreadOver({ app: "keda-admission-webhooks" }),
    },
    tolerations,
    prometheus: { operator: { enabled: true } },
  };
}
