import type { Labels } from "./names";

/** Nodes to run on beyond the default ones. */
export interface Placement {
  readonly nodeSelector?: Labels;
  readonly tolerations?: readonly Toleration[];
}

/** Lets pods onto nodes with a taint, in Kubernetes' own words. */
export interface Toleration {
  readonly key?: string | undefined;
  readonly operator?: "Exists" | "Equal" | undefined;
  readonly value?: string | undefined;
  readonly effect?: "NoSchedule" | "PreferNoSchedule" | "NoExecute" | undefined;
}

/** Everything that either asks for. */
export function bothPlacements(a: Placement, b: Placement = {}) {
  const nodeSelector = { ...a.nodeSelector, ...b.nodeSelector };
  const tolerations = [...(a.tolerations ?? []), ...(b.tolerations ?? [])].map(stated);
  return {
    ...(Object.keys(nodeSelector).length > 0 && { nodeSelector }),
    ...(tolerations.length > 0 && { tolerations }),
  };
}

/** Kubernetes takes an absent field, not an undefined one. */
function stated({ key, operator, value, effect }: Toleration) {
  return {
    ...(key !== undefined && { key }),
    ...(operator !== undefined && { operator }),
    ...(value !== undefined && { value }),
    ...(effect !== undefined && { effect }),
  };
}

/** Over zones first, then over nodes. Soft, so that a small cluster still runs everything. */
export function spreadOver(matchLabels: Labels) {
  return ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: "ScheduleAnyway" as const,
    labelSelector: { matchLabels },
  }));
}

export type Spread = ReturnType<typeof spreadOver>;
