import {
  type Artifacts,
  chartResources,
  type ChartResources,
  type Spread,
  spreadOver,
  type Toleration,
} from "../../foundation";
import type { CertificatesKeys } from "./keys";

/** Namespace of cert-manager, where cluster-wide issuers look for their Secrets. */
export const NAMESPACE = "cert-manager";

interface Part {
  readonly replicaCount: number;
  readonly podDisruptionBudget: { readonly enabled: boolean };
  readonly resources: ChartResources;
  readonly topologySpreadConstraints: Spread;
  readonly tolerations: readonly Toleration[];
}

/** The keys of the cert-manager chart that we set. */
export interface CertificatesValues extends Part {
  readonly imageRegistry?: string;
  readonly crds: { readonly enabled: true };
  readonly global: { readonly leaderElection: { readonly namespace: string } };
  readonly webhook: Part;
  readonly cainjector: Part;
  readonly startupapicheck: { readonly resources: ChartResources; readonly tolerations: readonly Toleration[] };
}

interface ValuesArgs extends Pick<CertificatesKeys, "replicas"> {
  readonly artifacts: Artifacts;
  readonly tolerations: readonly Toleration[];
}

export function buildValues(args: ValuesArgs): CertificatesValues {
  const { artifacts, tolerations } = args;
  return {
    ...(artifacts.imageMirror && { imageRegistry: artifacts.imageMirror }),
    // Off by default; kept when the Release goes, so that no certificate is lost by accident.
    crds: { enabled: true },
    // The default, kube-system, is closed to us on some managed clusters.
    global: { leaderElection: { namespace: NAMESPACE } },
    ...part("controller", "128Mi", args),
    webhook: part("webhook", "64Mi", args),
    cainjector: part("cainjector", "128Mi", args),
    startupapicheck: { resources: chartResources("10m", "64Mi"), tolerations },
  };
}

/** The chart states no resources and spreads nothing. Work comes rarely and in bursts. */
function part(component: string, memory: string, { replicas, tolerations }: ValuesArgs): Part {
  return {
    replicaCount: replicas,
    podDisruptionBudget: { enabled: replicas > 1 },
    resources: chartResources("10m", memory),
    topologySpreadConstraints: spreadOver({ "app.kubernetes.io/component": component }),
    tolerations,
  };
}
