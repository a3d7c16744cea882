import { type Artifacts, chartResources, type ChartResources, mebibytes, type Toleration } from "../../foundation";
import type { MonitoringKeys } from "./keys";
import { alertmanagerConfig, RECEIVERS_SECRET, receiverSecrets } from "./receivers";

/** Name of the Release, from which the chart derives the names of its objects. */
export const RELEASE_NAME = "kube-prometheus-stack";
/** Secret with Grafana's first user. A literal, so that previews know the Release's values and with them its resource types. */
export const GRAFANA_SECRET = "grafana-admin";

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
export interface MonitoringValues {
  readonly global?: { readonly imageRegistry: string };
  readonly defaultRules: { readonly disabled: Readonly<Record<string, true>> };
  readonly kubeControllerManager: Switch;
  readonly kubeScheduler: Switch;
  readonly kubeEtcd: Switch;
  readonly kubeProxy: Switch;
  readonly coreDns: Switch;
  readonly prometheusOperator: {
    readonly admissionWebhooks: { readonly certManager: Switch };
    readonly tolerations: readonly Toleration[];
    readonly resources: ChartResources;
    readonly prometheusConfigReloader: { readonly resources: ChartResources };
  };
  readonly prometheus: {
    readonly podDisruptionBudget: Switch;
    readonly prometheusSpec: {
      readonly replicas: number;
      readonly retention: string;
      readonly retentionSize: string;
      readonly storageSpec: VolumeClaim;
      readonly tolerations: readonly Toleration[];
      readonly resources: ChartResources;
      readonly ruleSelectorNilUsesHelmValues: false;
      readonly serviceMonitorSelectorNilUsesHelmValues: false;
      readonly podMonitorSelectorNilUsesHelmValues: false;
      readonly probeSelectorNilUsesHelmValues: false;
      readonly scrapeConfigSelectorNilUsesHelmValues: false;
    };
  };
  readonly alertmanager: {
    readonly podDisruptionBudget: Switch;
    readonly config: ReturnType<typeof alertmanagerConfig>;
    readonly alertmanagerSpec: {
      readonly replicas: number;
      readonly secrets: readonly string[];
      readonly tolerations: readonly Toleration[];
      readonly storage: VolumeClaim;
      readonly resources: ChartResources;
    };
  };
  readonly grafana: {
    readonly admin: { readonly existingSecret: string; readonly userKey: string; readonly passwordKey: string };
    readonly "grafana.ini": {
      readonly analytics: {
        readonly check_for_updates: false;
        readonly check_for_plugin_updates: false;
        readonly reporting_enabled: false;
      };
      readonly plugins: { readonly preinstall_disabled: true };
    };
    readonly testFramework: Switch;
    readonly tolerations: readonly Toleration[];
    readonly resources: ChartResources;
    readonly sidecar: { readonly resources: ChartResources };
  };
  readonly "kube-state-metrics": { readonly resources: ChartResources; readonly tolerations: readonly Toleration[] };
  readonly "prometheus-node-exporter": { readonly resources: ChartResources };
}

type ValuesArgs = Pick<MonitoringKeys, "replicas" | "retention" | "storage" | "memory" | "receivers"> & {
  readonly artifacts: Artifacts;
  readonly tolerations: readonly Toleration[];
  /** Whether cert-manager is there to sign the certificate of the operator's webhook. */
  readonly certManager: boolean;
};

/** Resources fit a 4 vCPU / 8 GiB cluster beside everything else; only Prometheus grows with the platform. */
export function buildValues(args: ValuesArgs): MonitoringValues {
  const { artifacts, replicas, certManager, receivers, tolerations } = args;
  return {
    ...(artifacts.imageMirror && { global: { imageRegistry: artifacts.imageMirror } }),
    // Our AutoscalerSaturated says the same, sooner.
    defaultRules: { disabled: { KubeHpaMaxedOut: true } },
    // Managed control planes do not let anyone scrape these, and their "is absent" alerts would never end.
    kubeControllerManager: { enabled: false },
    kubeScheduler: { enabled: false },
    kubeEtcd: { enabled: false },
    kubeProxy: { enabled: false },
    // Several providers run name resolution elsewhere than the chart expects.
    coreDns: { enabled: false },
    prometheusOperator: {
      // The default makes the certificate in a hook with an image of its own, and never renews it.
      admissionWebhooks: { certManager: { enabled: certManager } },
      tolerations,
      resources: chartResources("20m", "128Mi"),
      prometheusConfigReloader: { resources: chartResources("10m", "50Mi") },
    },
    prometheus: prometheus(args),
    alertmanager: {
      podDisruptionBudget: { enabled: replicas > 1 },
      config: alertmanagerConfig(receivers),
      alertmanagerSpec: {
        replicas,
        tolerations,
        secrets: Object.keys(receiverSecrets(receivers)).length > 0 ? [RECEIVERS_SECRET] : [],
        // Without a volume, silences and notification state are lost with the pod.
        storage: volume("1Gi"),
        resources: chartResources("10m", "64Mi"),
      },
    },
    grafana: {
      // The chart would make a new password at every upgrade.
      admin: { existingSecret: GRAFANA_SECRET, userKey: "username", passwordKey: "password" },
      // Calls to the vendor, and downloads at every start.
      "grafana.ini": {
        analytics: { check_for_updates: false, check_for_plugin_updates: false, reporting_enabled: false },
        plugins: { preinstall_disabled: true },
      },
      testFramework: { enabled: false },
      tolerations,
      // Grafana 13 does not live in 256Mi; the chart derives the runtime's own limit from this one.
      resources: { requests: { cpu: "50m", memory: "256Mi" }, limits: { cpu: "1", memory: "1Gi" } },
      sidecar: { resources: chartResources("10m", "96Mi") },
    },
    "kube-state-metrics": { resources: chartResources("10m", "96Mi"), tolerations },
    "prometheus-node-exporter": { resources: chartResources("10m", "48Mi") },
  };
}

function prometheus({ replicas, retention, storage, memory, tolerations }: ValuesArgs): MonitoringValues["prometheus"] {
  return {
    podDisruptionBudget: { enabled: replicas > 1 },
    prometheusSpec: {
      replicas,
      retention,
      // A full volume stops Prometheus for good. The rest is for the write-ahead log and for compaction.
      retentionSize: `${Math.floor(mebibytes(storage) * 0.8)}MiB`,
      storageSpec: volume(storage),
      tolerations,
      // The CPU limit is far away: throttling leaves holes in the very data that would explain it.
      resources: chartResources("100m", memory, "4"),
      // By default only objects with this Release's label count, and everyone else's are ignored without a word.
      ruleSelectorNilUsesHelmValues: false,
      serviceMonitorSelectorNilUsesHelmValues: false,
      podMonitorSelectorNilUsesHelmValues: false,
      probeSelectorNilUsesHelmValues: false,
      scrapeConfigSelectorNilUsesHelmValues: false,
    },
  };
}

function volume(storage: string): VolumeClaim {
  return {
    volumeClaimTemplate: {
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
    },
  };
}
