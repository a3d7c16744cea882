import { type Artifacts, chartResources, type ChartResources } from "../../foundation";
import type { CertificatesKeys } from "./keys";

/** Namespace of cert-manager, where cluster-wide issuers look for their Secrets. */
export const NAMESPACE = "cert-manager";

interface Part {
  readonly replicaCount: number;
  readonly podDisruptionBudget: { readonly enabled: boolean };
  readonly resources: ChartResources;
}

/** The keys of the cert-manager chart that we set. */
export interface CertificatesValues extends Part {
  readonly imageRegistry?: string;
  readonly crds: { readonly enabled: true };
  readonly global: { readonly leaderElection: { readonly namespace: string } };
  readonly webhook: Part;
  readonly cainjector: Part;
  readonly startupapicheck: { readonly resources: ChartResources };
}

export function buildValues({
  artifacts,
  replicas,
}: Pick<CertificatesKeys, "replicas"> & { readonly artifacts: Artifacts }): CertificatesValues {
  return {
    ...(artifacts.imageMirror && { imageRegistry: artifacts.imageMirror }),
    // Off by default; kept when the Release goes, so that no certificate is lost by accident.
    crds: { enabled: true },
    // The default, kube-system, is closed to us on some managed clusters.
    global: { leaderElection: { namespace: NAMESPACE } },
    ...part(replicas, "128Mi"),
    webhook: part(replicas, "64Mi"),
    cainjector: part(replicas, "128Mi"),
    startupapicheck: { resources: chartResources("10m", "64Mi") },
  };
}

/** The chart states no resources. Work comes rarely and in bursts. */
function part(replicaCount: number, memory: string): Part {
  return {
    replicaCount,
    podDisruptionBudget: { enabled: replicaCount > 1 },
    resources: chartResources("10m", memory),
  };
}
