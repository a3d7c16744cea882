import type * as pulumi from "@pulumi/pulumi";
import type { Connection } from "./connection";
import type { Namespace } from "./namespace";

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

/** Scales on what a server tells KEDA, in the words of one of KEDA's scalers; built by the component that knows the server. Wakes a target without pods. */
export interface ScalerTrigger {
  readonly kind: "scaler";
  /** KEDA's name of the scaler, `redis` for instance. */
  readonly type: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Parameters of the scaler that come from keys of Secrets. */
  readonly credentials: readonly {
    readonly parameter: string;
    readonly secretName: Connection["host"] | NonNullable<Connection["credentials"]>["secretName"];
    readonly key: string;
  }[];
  /** The server KEDA must reach. */
  readonly reaches: Connection;
}

/** Scales on CPU or memory use, in percent of the request. Cannot wake a target without pods. */
export interface ResourceTrigger {
  readonly kind: "cpu" | "memory";
  readonly percent: number;
}

/** A number of pods between two points in time, in cron's words. */
export interface CronTrigger {
  readonly kind: "cron";
  /** As in `Europe/Berlin`. */
  readonly timezone: string;
  readonly start: string;
  readonly end: string;
  readonly pods: number;
}

export type Trigger = PrometheusTrigger | ScalerTrigger | ResourceTrigger | CronTrigger;

/** How fast the number of pods may move. */
export interface Behaviour {
  /** The demand of this many seconds decides about more pods. */
  readonly upAfterSeconds: number;
  /** The demand of this many seconds decides about fewer pods. */
  readonly downAfterSeconds: number;
}

/** A workload whose number of pods an autoscaler owns. */
export interface Scale {
  /** Names the ScaledObject. */
  readonly name: string;
  readonly namespace: Namespace;
  /** Name of the Deployment. */
  readonly target: string;
  /** What must be there first: the Deployment, which KEDA's webhook looks up before it lets the ScaledObject in. */
  readonly ready: readonly pulumi.Resource[];
  /** Pods that always run. 0 lets the target sleep, and needs a trigger that wakes it. */
  readonly min: number;
  /** Pods at most. */
  readonly max: number;
  /** The one that asks for most pods wins. */
  readonly triggers: readonly [Trigger, ...Trigger[]];
  /** @default more pods after 60 s of demand, fewer after 300 s without */
  readonly behaviour?: Behaviour;
  /** Seconds without demand until the last pod goes, with `min` 0. @default 300 */
  readonly cooldownSeconds?: number;
}
