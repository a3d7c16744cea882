import type { Artifacts } from "../foundation";

/** The keys of the cloudnative-pg chart that we set. */
export interface OperatorValues {
  readonly fullnameOverride: string;
  readonly replicaCount: number;
  readonly crds: { readonly create: boolean };
  readonly image?: { readonly repository: string };
  readonly resources: {
    readonly requests: { readonly cpu: string; readonly memory: string };
    readonly limits: { readonly cpu: string; readonly memory: string };
  };
}

/** The operator only steps in when something changes, so it needs little; a second one takes over at once when a node dies. */
export function buildOperatorValues({
  instances,
  artifacts,
}: {
  instances: number;
  artifacts: Artifacts;
}): OperatorValues {
  return {
    // The chart would call it after its Release; network policies and stages of ours name it.
    fullnameOverride: "cnpg",
    replicaCount: instances > 1 ? 2 : 1,
    crds: { create: true },
    ...(artifacts.imageMirror && { image: { repository: `${artifacts.imageMirror}/cloudnative-pg/cloudnative-pg` } }),
    resources: { requests: { cpu: "50m", memory: "200Mi" }, limits: { cpu: "500m", memory: "200Mi" } },
  };
}
