import {
  type Artifacts,
  chartResources,
  type ChartResources,
  exempt,
  type Spread,
  spreadOver,
  type Toleration,
} from "../../foundation";
import { DASHBOARD_PORT } from "./dashboard";
import type { IngressKeys } from "./keys";

/** Namespace of Traefik and of the cluster-wide TLS options. */
export const NAMESPACE = "traefik";
export const METRICS_PORT = 8082;
/** Ports of the pods; the Service maps 80 and 443 to them. */
export const PUBLIC_PORTS = { web: 8000, websecure: 8443 } as const;
export const TRAEFIK_PODS = { "app.kubernetes.io/name": "traefik" } as const;

/** A leaving pod still accepts connections this long, in seconds, until load balancers have noticed. */
const ACCEPT_SECONDS = 10;
/** Then it lets answers finish this long, in seconds: the longest answer an engine gives by default. */
const FINISH_SECONDS = 300;

/**
 * Edges of the buckets in which durations are counted, in seconds. A quantile is exact at an edge and a guess in between; Traefik's
 * own (0.1, 0.3, 1.2, 5) could not tell 200 ms from 300, nor one long answer of a model from another.
 */
const DURATION_BUCKETS = [0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30, 60, 300];

interface EntryPoint {
  readonly port: number;
  readonly forwardedHeaders: { readonly trustedIPs: readonly string[] };
  readonly transport: {
    readonly respondingTimeouts: { readonly readTimeout: string; readonly writeTimeout: string };
    readonly lifeCycle: { readonly requestAcceptGraceTimeout: string; readonly graceTimeOut: string };
  };
}

/** The keys of the traefik chart that we set. */
export interface IngressValues {
  readonly image?: { readonly registry: string; readonly repository: string };
  readonly deployment: { readonly replicas: number; readonly terminationGracePeriodSeconds: number };
  readonly podDisruptionBudget: { readonly enabled: true; readonly maxUnavailable: number };
  readonly topologySpreadConstraints: Spread;
  readonly tolerations: readonly Toleration[];
  readonly resources: ChartResources;
  readonly api: { readonly dashboard: boolean; readonly insecure: boolean };
  readonly global: { readonly checkNewVersion: false };
  readonly ingressClass: { readonly isDefaultClass: false };
  readonly providers: {
    readonly kubernetesCRD: { readonly defaultTLSResourcesNamespace: string };
    readonly kubernetesIngress: { readonly enabled: boolean; readonly ingressClass: string };
  };
  readonly log: { readonly format: "json" };
  readonly metrics: {
    readonly prometheus: {
      readonly addEntryPointsLabels: true;
      readonly addRoutersLabels: true;
      readonly addServicesLabels: true;
      readonly buckets: string;
    };
  };
  readonly ports: {
    readonly web: EntryPoint & {
      readonly http: {
        readonly redirections: {
          readonly entryPoint: { readonly to: "websecure"; readonly scheme: "https"; readonly permanent: true };
        };
      };
    };
    readonly websecure: EntryPoint;
    readonly metrics: { readonly port: number };
    readonly traefik: { readonly port: number };
  };
  readonly service: {
    readonly annotations?: Readonly<Record<string, string>>;
    readonly spec: { readonly type: string; readonly externalTrafficPolicy?: "Local" };
  };
}

type ValuesArgs = Pick<IngressKeys, "replicas" | "service" | "trustedProxies" | "dashboard"> & {
  readonly artifacts: Artifacts;
  readonly tolerations: readonly Toleration[];
  /** Whether cert-manager answers ACME challenges through Traefik. */
  readonly challenged: boolean;
};

export function buildValues(args: ValuesArgs): IngressValues {
  const { artifacts, replicas, dashboard, challenged } = args;
  return {
    ...(artifacts.imageMirror && { image: { registry: artifacts.imageMirror, repository: "library/traefik" } }),
    deployment: { replicas, terminationGracePeriodSeconds: ACCEPT_SECONDS + FINISH_SECONDS + 15 },
    podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
    topologySpreadConstraints: spreadOver(TRAEFIK_PODS),
    tolerations: args.tolerations,
    // The CPU limit is far away: throttling the only entry would slow every answer. Memory grows with open streams.
    resources: chartResources("100m", "256Mi", "4"),
    // Everything it shows is in the metrics, and it would be one more thing to protect. `insecure` serves it on its own port.
    api: { dashboard, insecure: dashboard },
    // A call to the vendor.
    global: { checkNewVersion: false },
    // Ingress objects of others are not ours to serve unasked.
    ingressClass: { isDefaultClass: false },
    providers: {
      // Otherwise a TLSOption named `default` in any namespace would weaken TLS for every host.
      kubernetesCRD: { defaultTLSResourcesNamespace: NAMESPACE },
      // IngressRoutes are the one place where routes come from. Only cert-manager's HTTP challenges need Ingress objects.
      kubernetesIngress: { enabled: challenged, ingressClass: "traefik" },
    },
    log: { format: "json" },
    metrics: {
      prometheus: {
        addEntryPointsLabels: true,
        addRoutersLabels: true,
        addServicesLabels: true,
        buckets: DURATION_BUCKETS.join(","),
      },
    },
    ports: {
      web: {
        ...entryPoint(PUBLIC_PORTS.web, args),
        http: { redirections: { entryPoint: { to: "websecure", scheme: "https", permanent: true } } },
      },
      websecure: entryPoint(PUBLIC_PORTS.websecure, args),
      metrics: { port: METRICS_PORT },
      traefik: { port: DASHBOARD_PORT },
    },
    service: {
      ...(args.service !== "ClusterIP" && {
        annotations: exempt("services-stay-inside", "Traefik is the edge that users reach"),
      }),
      spec: { type: args.service, ...clientAddress(args) },
    },
  };
}

function entryPoint(port: number, { trustedProxies }: ValuesArgs): EntryPoint {
  return {
    port,
    forwardedHeaders: { trustedIPs: trustedProxies },
    transport: {
      // Reading covers the whole request: uploads may take longer than the default minute. Writing has no end, for streams.
      respondingTimeouts: { readTimeout: "300s", writeTimeout: "0s" },
      lifeCycle: { requestAcceptGraceTimeout: `${ACCEPT_SECONDS}s`, graceTimeOut: `${FINISH_SECONDS}s` },
    },
  };
}

/** Without it nodes hide the client's address behind their own, and all clients would share one rate limit. */
function clientAddress({ service }: ValuesArgs): { externalTrafficPolicy?: "Local" } {
  return service === "ClusterIP" ? {} : { externalTrafficPolicy: "Local" };
}
