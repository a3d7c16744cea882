import type { ChartPin } from "../../components/foundation/pins.ts";

/** One object as it will be sent to the API server; strings may hold expressions of `expressions.ts`. */
export type Manifest = Readonly<Record<string, unknown>>;

/** Where a vendor publishes its custom resource definitions: files of a Go module, which every Go proxy serves and the checksum database vouches for. */
export interface DefinitionSource {
  readonly module: string;
  readonly version: string;
  /** Folder inside the module. */
  readonly folder: string;
  /** Which files of the folder. */
  readonly files: RegExp;
}

/** How the real chart carries its definitions, which decides when Helm installs and deletes them. */
export type DefinitionLayout =
  | { readonly kind: "crds-folder" }
  | { readonly kind: "crds-subchart"; readonly condition: string }
  | { readonly kind: "templates"; readonly when: string; readonly keep: boolean | string };

/** Value paths of the chart that shape a workload's pods. */
export interface ValuePaths {
  /** @default one replica */
  readonly replicas?: string;
  /** Hands the number of replicas to an autoscaler. @default never */
  readonly autoscaledWhen?: string;
  readonly nodeSelector?: string;
  readonly tolerations?: string;
  readonly affinity?: string;
  readonly topologySpreadConstraints?: string;
  readonly priorityClassName?: string;
  /** The budget: `minAvailable` and `maxUnavailable` below this path. @default no budget */
  readonly disruptionBudget?: string;
  /** Creates the budget; without it the budget exists when the path above is not empty. */
  readonly disruptionBudgetWhen?: string;
  /** A PersistentVolumeClaim template (`metadata`, `spec`), for a StatefulSet. @default an empty directory */
  readonly volumeClaimTemplate?: string;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  /** Value path of the container's resources. @default none */
  readonly resources?: string;
  /** Port name to number or value path of the number. */
  readonly ports?: Readonly<Record<string, number | string>>;
}

export interface Workload {
  readonly kind: "Deployment" | "DaemonSet" | "StatefulSet";
  readonly name: string;
  /** Value paths that must all be set. @default always on */
  readonly when?: readonly string[];
  /** Pod labels; Services and budgets select by them. */
  readonly labels: Readonly<Record<string, string>>;
  /** @default the workload's name */
  readonly serviceAccount?: string;
  readonly containers: readonly Container[];
  readonly values: ValuePaths;
  /** @default 65532 */
  readonly userId?: number;
  /** `node`: sees its node (host network, process ids, file system), as an exporter or device plugin does. @default "restricted" */
  readonly access?: "restricted" | "node";
  /** Placement the chart itself fixes. @default anywhere */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** Volumes of the pods, as in a pod's specification. @default none */
  readonly volumes?: readonly unknown[];
  readonly services?: readonly Service[];
}

export interface Service {
  readonly name: string;
  /** Value paths that must be set besides the workload's own. @default none */
  readonly when?: readonly string[];
  /** @default "ClusterIP" */
  readonly type?: string;
  /** Port name to number or value path of the number; the target is the container port of the same name. */
  readonly ports: Readonly<Record<string, number | string>>;
  /** Value path of the policy for traffic from outside. @default the API server's */
  readonly externalTrafficPolicy?: string;
  /** No address of its own: DNS answers with the pods. @default false */
  readonly headless?: boolean;
  /** Value path of its annotations. @default none */
  readonly annotations?: string;
}

/** Any other object of the chart. */
export interface OptionalObject {
  /** Value paths that must all be set. @default always there */
  readonly when?: readonly string[];
  readonly manifest: Manifest;
}

/** A chart with the real definitions and the real objects' names, whose pods do nothing. */
export interface StandIn {
  readonly pin: ChartPin;
  /** Chart version this table was written for; a newer pin needs a look at `appVersion`, names and defaults. */
  readonly writtenFor: string;
  readonly appVersion: string;
  readonly definitions: DefinitionSource;
  readonly layout: DefinitionLayout;
  /** The real chart's defaults of the values read here. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly workloads: readonly Workload[];
  readonly objects?: readonly OptionalObject[];
}
