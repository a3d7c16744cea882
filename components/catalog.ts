import type { Kind } from "./foundation";
import { simulator } from "./models/simulator/kind";
import { vllm } from "./models/vllm/kind";
import { autoscaling } from "./platform/autoscaling/kind";
import { certificates } from "./platform/certificates/kind";
import { gpu } from "./platform/gpu/kind";
import { ingress } from "./platform/ingress/kind";
import { logging } from "./platform/logging/kind";
import { monitoring } from "./platform/monitoring/kind";
import { gateway } from "./services/gateway/kind";
import { service } from "./services/service/kind";
import { postgres, postgresExternal, postgresSingle } from "./stores/postgres/kind";
import { redis } from "./stores/redis/kind";

/** What the cluster gets once, in order of dependency: each may use those before it. */
export const platform = { certificates, monitoring, logging, ingress, autoscaling, gpu } as const;

type Room = Readonly<Record<string, Kind>>;

/** Every kind of part that a stack file can name, by the map it stands in. */
export const catalog = {
  stores: { postgres, "postgres-external": postgresExternal, "postgres-single": postgresSingle, redis } as Room,
  models: { simulator, vllm } as Room,
  services: { gateway, service } as Room,
} as const;

/** The kind of an entry that names none. */
export const defaultKinds: Partial<Record<keyof typeof catalog, string>> = { models: "vllm", services: "service" };
