import {
  chartResources,
  type ChartResources,
  type Site,
  type Spread,
  spreadOver,
  type Toleration,
} from "../../foundation";

/** The keys of the cloudnative-pg chart that we set. */
export interface OperatorValues {
  readonly fullnameOverride: string;
  readonly replicaCount: number;
  readonly crds: { readonly create: boolean };
  readonly image?: { readonly repository: string };
  readonly resources: ChartResources;
  readonly topologySpreadConstraints: Spread;
  readonly tolerations: readonly Toleration[];
}

/** The operator only steps in when something changes, so it needs little; a second one takes over at once when a node dies. */
export function buildOperatorValues({
  artifacts,
  redundant,
  nodes,
}: Pick<Site, "artifacts" | "redundant" | "nodes">): OperatorValues {
  return {
    // The chart would call it after its Release; network policies and stages of ours name it.
    fullnameOverride: "cnpg",
    replicaCount: redundant ? 2 : 1,
    crds: { create: true },
    ...(artifacts.imageMirror && { image: { repository: `${artifacts.imageMirror}/cloudnative-pg/cloudnative-pg` } }),
    resources: chartResources("50m", "200Mi"),
    topologySpreadConstraints: spreadOver({ "app.kubernetes.io/name": "cloudnative-pg" }),
    tolerations: nodes.tolerations,
  };
}
