import type { CertificatesArgs } from "./args";

/** Namespace of cert-manager, where cluster-wide issuers look for their Secrets. */
export const NAMESPACE = "cert-manager";

interface Part {
  readonly replicaCount: number;
  readonly podDisruptionBudget: { readonly enabled: boolean };
  readonly resources: Resources;
}

interface Resources {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly cpu: string; readonly memory: string };
}

/** The keys of the cert-manager chart that we set. */
export interface CertificatesValues extends Part {
  readonly imageRegistry?: string;
  readonly crds: { readonly enabled: true };
  readonly global: { readonly leaderElection: { readonly namespace: string } };
  readonly webhook: Part;
  readonly cainjector: Part;
  readonly startupapicheck: { readonly resources: Resources };
}

export function buildValues({
  artifacts,
  replicas,
}: Pick<CertificatesArgs, "artifacts" | "replicas">): CertificatesValues {
  return {
    ...(artifacts.imageMirror && { imageRegistry: artifacts.imageMirror }),
    // Off by default; kept when the Release goes, so that no certificate is lost by accident.
    crds: { enabled: true },
    // The default, kube-system, is closed to us on some managed clusters.
    global: { leaderElection: { namespace: NAMESPACE } },
    ...part(replicas, 128),
    webhook: part(replicas, 64),
    cainjector: part(replicas, 128),
    startupapicheck: { resources: resources(64) },
  };
}

function part(replicaCount: number, memoryMiB: number): Part {
  return { replicaCount, podDisruptionBudget: { enabled: replicaCount > 1 }, resources: resources(memoryMiB) };
}

/** The chart states none. Work comes rarely and in bursts. */
function resources(memoryMiB: number): Resources {
  const memory = `${memoryMiB}Mi`;
  return { requests: { cpu: "10m", memory }, limits: { cpu: "500m", memory } };
}
