import type { Autoscaling } from "../autoscaling";
import type { Artifacts, Connection, Namespace } from "../foundation";
import type { Ingress } from "../ingress";
import type { Observability } from "../observability";

export interface BackendArgs {
  readonly namespace: Namespace;
  readonly artifacts: Artifacts;
  /** Host under which the API is served. */
  readonly domain: string;
  /** Pods that always run, and pods at most; the autoscaler moves in between. */
  readonly replicas: { readonly min: number; readonly max: number };
  /** CPU request per pod, as in `250m`. */
  readonly cpu: string;
  /** Memory per pod in MiB, request and limit. */
  readonly memoryMiB: number;
  /** Time a leaving pod may take to finish its streams, in seconds. */
  readonly drainSeconds: number;
  /** Requests in flight per pod that the autoscaler aims at. */
  readonly requestsPerPod: number;
  /** How engines are found: by DNS, or by EndpointSlices, for which the pods get a token. */
  readonly engineDiscovery: "dns" | "endpointSlices";
  /** Whether pods keep usage records in a journal until Redis has them. If not, answers wait for Redis. */
  readonly usageJournal: boolean;
  /** Repository to build `apps/backend` into. @default the published image */
  readonly buildRepository?: string | undefined;
  /** The database, which migrations run against before any pod starts. */
  readonly database: Connection;
  /** The other stores and the engines: with the database, the whole wiring. */
  readonly uses: readonly Connection[];
  readonly ingress: Ingress;
  readonly autoscaling: Autoscaling;
  readonly observability: Observability;
}

export const BACKEND_PORT = 8000;
/** User of the image; see apps/backend/Dockerfile. */
export const BACKEND_USER = 10001;
