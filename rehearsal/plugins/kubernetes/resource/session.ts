import type { CheckContext } from "../check/index.ts";
import type { Lists } from "../await/lists.ts";
import type { Cluster } from "../client/cluster.ts";
import type { DiffContext } from "../diff/index.ts";
import type { Pauses } from "../settings.ts";

/** A configured plugin: the cluster, and how the program wants it treated. */
export interface Session extends CheckContext, DiffContext {
  readonly cluster: Cluster;
  readonly lists: Lists;
  readonly pauses: Pauses;
  /** Take fields from other managers in every update. */
  readonly alwaysForce: boolean;
}
