import type { ObservabilityArgs } from "./args";

/** Name of the Release, from which the chart derives the names of its objects. */
export const RELEASE_NAME = "kube-prometheus-stack";
/** Secret with Grafana's first user. A literal, so that previews know the Release's values and with them its resource types. */
export const GRAFANA_SECRET = "grafana-admin";

interface Resources {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly cpu: string; readonly memory: string };
}

interface Switch {
  readonly enabled: boolean;
}

interface VolumeClaim {
  readonly volumeClaimTemplate: {
    readonly spec: {
      readonly accessModes: readonly string[];
      readonly resources: { readonly requests: { readonly storage: string } };
    };
  };
}

/** The keys of the kube-prometheus-stack chart that we set. */
export interface ObservabilityValues {
  readonly global?: { readonly imageRegistry: string };
  readonly kubeControllerManager: Switch;
  readonly kubeScheduler: Switch;
  readonly kubeEtcd: Switch;
  readonly kubeProxy: Switch;
  readonly coreDns: Switch;
  readonly prometheusOperator: {
    readonly admissionWebhooks: { readonly certManager: Switch };
    readonly resources: Resources;
    readonly prometheusConfigReloader: { readonly resources: Resources };
  };
  readonly prometheus: {
    readonly podDisruptionBudget: Switch;
    readonly prometheusSpec: {
      readonly replicas: number;
      readonly retention: string;
      readonly retentionSize: string;
      readonly storageSpec: VolumeClaim;
      readonly resources: Resources;
      readonly ruleSelectorNilUsesHelmValues: false;
      readonly serviceMonitorSelectorNilUsesHelmValues: false;
      readonly podMonitorSelectorNilUsesHelmValues: false;
      readonly probeSelectorNilUsesHelmValues: false;
      readonly scrapeConfigSelectorNilUsesHelmValues: false;
    };
  };
  readonly alertmanager: {
    readonly podDisruptionBudget: Switch;
    readonly alertmanagerSpec: {
      readonly replicas: number;
      readonly storage: VolumeClaim;
      readonly resources: Resources;
    };
  };
  readonly grafana: {
    readonly admin: { readonly existingSecret: string; readonly userKey: string; readonly passwordKey: string };
    readonly "grafana.ini": {
      readonly analytics: { readonly check_for_updates: false; readonly reporting_enabled: false };
    };
    readonly testFramework: Switch;
    readonly resources: Resources;
    readonly sidecar: { readonly resources: Resources };
  };
  readonly "kube-state-metrics": { readonly resources: Resources };
  readonly "prometheus-node-exporter": { readonly resources: Resources };
}

type ValuesArgs = Pick<ObservabilityArgs, "artifacts" | "replicas" | "retention" | "storageGiB" | "memoryMiB">;

/** Resources fit a 4 vCPU / 8 GiB cluster beside everything else; only Prometheus grows with the platform. */
export function buildValues(args: ValuesArgs): ObservabilityValues {
  const { artifacts, replicas } = args;
  return {
    ...(artifacts.imageMirror && { global: { imageRegistry: artifacts.imageMirror } }),
    // Managed control planes do not let anyone scrape these, and their "is absent" alerts would never end.
    kubeControllerManager: { enabled: false },
    kubeScheduler: { enabled: false },
    kubeEtcd: { enabled: false },
    kubeProxy: { enabled: false },
    // Several providers run name resolution elsewhere than the chart expects.
    coreDns: { enabled: false },
    prometheusOperator: {
      // The default makes the certificate in a hook with an image of its own, and never renews it.
      admissionWebhooks: { certManager: { enabled: true } },
      resources: resources("20m", 128),
      prometheusConfigReloader: { resources: resources("10m", 50) },
    },
    prometheus: prometheus(args),
    alertmanager: {
      podDisruptionBudget: { enabled: replicas > 1 },
      // Without a volume, silences and notification state are lost with the pod.
      alertmanagerSpec: { replicas, storage: volume(1), resources: resources("10m", 64) },
    },
    grafana: {
      // The chart would make a new password at every upgrade.
      admin: { existingSecret: GRAFANA_SECRET, userKey: "username", passwordKey: "password" },
      // Calls to the vendor; the namespace could not reach it anyway.
      "grafana.ini": { analytics: { check_for_updates: false, reporting_enabled: false } },
      testFramework: { enabled: false },
      resources: resources("50m", 256),
      sidecar: { resources: resources("10m", 96) },
    },
    "kube-state-metrics": { resources: resources("10m", 96) },
    "prometheus-node-exporter": { resources: resources("10m", 48) },
  };
}

function prometheus({ replicas, retention, storageGiB, memoryMiB }: ValuesArgs): ObservabilityValues["prometheus"] {
  return {
    podDisruptionBudget: { enabled: replicas > 1 },
    prometheusSpec: {
      replicas,
      retention,
      // A full volume stops Prometheus for good. The rest is for the write-ahead log and for compaction.
      retentionSize: `${Math.floor(storageGiB * 1024 * 0.8)}MiB`,
      storageSpec: volume(storageGiB),
      resources: {
        requests: { cpu: "100m", memory: `${memoryMiB}Mi` },
        // Far away: throttling leaves holes in the very data that would explain it.
        limits: { cpu: "4", memory: `${memoryMiB}Mi` },
      },
      // By default only objects with this Release's label count, and everyone else's are ignored without a word.
      ruleSelectorNilUsesHelmValues: false,
      serviceMonitorSelectorNilUsesHelmValues: false,
      podMonitorSelectorNilUsesHelmValues: false,
      probeSelectorNilUsesHelmValues: false,
      scrapeConfigSelectorNilUsesHelmValues: false,
    },
  };
}

function resources(cpu: string, memoryMiB: number): Resources {
  const memory = `${memoryMiB}Mi`;
  return { requests: { cpu, memory }, limits: { cpu: "500m", memory } };
}

function volume(sizeGiB: number): VolumeClaim {
  return {
    volumeClaimTemplate: {
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: `${sizeGiB}Gi` } } },
    },
  };
}
