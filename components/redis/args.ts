import type { Observability } from "../observability";
import type { Artifacts, Authority, Namespace } from "../foundation";
import type { ServerSettings } from "./configuration";

export interface RedisArgs extends ServerSettings {
  readonly namespace: Namespace;
  readonly artifacts: Artifacts;
  readonly authority: Authority;
  /** Reads the metrics of the exporter beside each server. */
  readonly observability: Observability;
  /** Volume per server in GiB. */
  readonly storageGiB: number;
  /** @default the cluster's default class */
  readonly storageClass?: string | undefined;
  /** Keep the data whatever happens to the program. */
  readonly protect: boolean;
}
