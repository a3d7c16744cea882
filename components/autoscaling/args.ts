import type * as k8s from "@pulumi/kubernetes";
import type { Artifacts, Config, Connection, Namespace } from "../foundation";
import type { Observability } from "../observability";

export interface AutoscalingArgs {
  readonly artifacts: Artifacts;
  readonly observability: Observability;
  /** Pods of each KEDA part; one operator works, the others stand by. */
  readonly replicas: Config["autoscaling"]["replicas"];
  /** Chart values merged over ours last. */
  readonly extraValues?: Config["autoscaling"]["extraValues"];
}

/** Scales on the result of a PromQL query. A query without a result is an error, never zero. */
export interface PrometheusTrigger {
  readonly kind: "prometheus";
  readonly query: string;
  /** `per-pod`: result / pods should be the threshold. `as-is`: the result itself should, as for latencies. */
  readonly compare: "per-pod" | "as-is";
  readonly threshold: number;
  /**
   * A target without pods is woken when the result is above this. Set it only for metrics that exist while the target has no pods.
   * @default the trigger wakes nothing
   */
  readonly wakeAbove?: number;
}

/** Scales on the length of a Redis list; any entry wakes a target without pods. */
export interface QueueTrigger {
  readonly kind: "queue";
  readonly queue: Connection;
  readonly list: string;
  readonly entriesPerPod: number;
}

/** Scales on CPU use, in percent of the request. Cannot wake a target without pods. */
export interface CpuTrigger {
  readonly kind: "cpu";
  readonly percent: number;
}

export type Trigger = PrometheusTrigger | QueueTrigger | CpuTrigger;

export interface ScaleArgs {
  readonly namespace: Namespace;
  /** The workload whose number of pods KEDA owns from now on. */
  readonly target: k8s.apps.v1.Deployment;
  /** Pods that always run. 0 lets the target sleep, and needs a trigger that wakes it. */
  readonly min: number;
  /** Pods at most. */
  readonly max: number;
  /** The one that asks for most pods wins. */
  readonly triggers: readonly [Trigger, ...Trigger[]];
  /**
   * How soon new pods help: `seconds` for services, `minutes` for engines that load weights first; they must not be started for a
   * peak that is over before they are ready. @default "seconds"
   */
  readonly startup?: "seconds" | "minutes";
}
