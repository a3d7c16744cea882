import { type Artifacts, chartResources, type ChartResources, type Toleration } from "../../foundation";
import { collectorConfig } from "./collector-config";
import type { LoggingKeys } from "./keys";

export const NAMESPACE = "logging";
export const LOKI = { name: "loki", port: 3100 } as const;
export const ALLOY = { name: "alloy", port: 12345 } as const;

/** User and group `alloy` of its image. */
const ALLOY_USER = 473;
const HOURS = { h: 1, d: 24, w: 168 } as const;

interface Around {
  readonly artifacts: Artifacts;
  readonly tolerations: readonly Toleration[];
}

interface Switch {
  readonly enabled: false;
}

interface None {
  readonly replicas: 0;
}

/** The keys of the loki chart that we set. */
export interface LokiValues {
  readonly global?: { readonly imageRegistry: string };
  readonly deploymentMode: "Monolithic";
  readonly loki: Readonly<Record<string, unknown>>;
  readonly singleBinary: {
    readonly replicas: 1;
    readonly resources: ChartResources;
    readonly tolerations: readonly Toleration[];
    readonly persistence: {
      readonly size: string;
      readonly storageClass?: string;
      readonly whenDeleted: "Retain";
      readonly whenScaled: "Retain";
    };
  };
  readonly read: None;
  readonly write: None;
  readonly backend: None;
  readonly gateway: Switch;
  readonly lokiCanary: Switch;
  readonly test: Switch;
  readonly chunksCache: Switch;
  readonly resultsCache: Switch;
  readonly sidecar: { readonly rules: Switch };
}

export function lokiValues({
  retention,
  storage,
  storageClass,
  memory,
  artifacts,
  tolerations,
}: LoggingKeys & Around): LokiValues {
  const off = { enabled: false } as const;
  const none = { replicas: 0 } as const;
  return {
    ...(artifacts.imageMirror && { global: { imageRegistry: artifacts.imageMirror } }),
    deploymentMode: "Monolithic",
    loki: lokiSettings(retention),
    singleBinary: {
      replicas: 1,
      resources: chartResources("100m", memory, "2"),
      tolerations,
      // The chart deletes the volume with the StatefulSet.
      persistence: {
        size: storage,
        ...(storageClass && { storageClass }),
        whenDeleted: "Retain",
        whenScaled: "Retain",
      },
    },
    read: none,
    write: none,
    backend: none,
    // A proxy in front of one server, a canary and caches of ten gigabytes would cost more than the server.
    gateway: off,
    lokiCanary: off,
    test: off,
    chunksCache: off,
    resultsCache: off,
    // Alert rules live in Prometheus, one owner.
    sidecar: { rules: off },
  };
}

/** Loki's own settings: one server, one tenant, files, and a compactor that forgets what is older than the retention. */
function lokiSettings(retention: string): Readonly<Record<string, unknown>> {
  return {
    auth_enabled: false,
    commonConfig: { replication_factor: 1 },
    storage: { type: "filesystem" },
    schemaConfig: {
      configs: [
        {
          from: "2024-04-01",
          store: "tsdb",
          object_store: "filesystem",
          schema: "v13",
          index: { prefix: "index_", period: "24h" },
        },
      ],
    },
    limits_config: { retention_period: `${hours(retention)}h` },
    compactor: { retention_enabled: true, delete_request_store: "filesystem" },
    analytics: { reporting_enabled: false },
  };
}

/** `30d` -> 720. */
function hours(duration: string): number {
  return Number(duration.slice(0, -1)) * HOURS[duration.slice(-1) as keyof typeof HOURS];
}

/** The keys of the alloy chart that we set. */
export interface AlloyValues {
  readonly global: {
    readonly image?: { readonly registry: string };
    readonly podSecurityContext: Readonly<Record<string, unknown>>;
  };
  readonly alloy: {
    readonly configMap: { readonly content: string };
    readonly enableReporting: false;
    readonly extraEnv: readonly object[];
    readonly securityContext: Readonly<Record<string, unknown>>;
    readonly resources: ChartResources;
    readonly mounts: { readonly extra: readonly { readonly name: string; readonly mountPath: string }[] };
  };
  readonly controller: {
    readonly tolerations: readonly Toleration[];
    readonly volumes: { readonly extra: readonly object[] };
  };
  readonly rbac: { readonly rules: readonly object[]; readonly clusterRules: readonly object[] };
  readonly configReloader: Switch;
}

export function alloyValues({ artifacts, tolerations }: Around): AlloyValues {
  const seccompProfile = { type: "RuntimeDefault" };
  return {
    global: {
      ...(artifacts.imageMirror && { image: { registry: artifacts.imageMirror } }),
      podSecurityContext: {
        runAsNonRoot: true,
        runAsUser: ALLOY_USER,
        runAsGroup: ALLOY_USER,
        fsGroup: ALLOY_USER,
        seccompProfile,
      },
    },
    alloy: {
      configMap: { content: collectorConfig },
      enableReporting: false,
      extraEnv: [{ name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
        seccompProfile,
      },
      resources: chartResources("50m", "192Mi"),
      mounts: { extra: [{ name: "positions", mountPath: "/tmp/alloy" }] },
    },
    controller: { tolerations, volumes: { extra: [{ name: "positions", emptyDir: { sizeLimit: "64Mi" } }] } },
    // The default may read every Secret of the cluster. Collecting lines takes pods and their logs.
    rbac: {
      rules: [{ apiGroups: [""], resources: ["pods", "pods/log"], verbs: ["get", "list", "watch"] }],
      clusterRules: [],
    },
    // The configuration changes with the Release only, which starts the pods anew.
    configReloader: { enabled: false },
  };
}
