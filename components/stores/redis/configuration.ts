import { mebibytes } from "../../foundation/resources";
import type { RedisKeys } from "./keys";

export type ServerSettings = Pick<RedisKeys, "keeps" | "servers" | "memory">;

export const REDIS_PORT = 6379;
export const SENTINEL_PORT = 26379;
export const EXPORTER_PORT = 9121;
/** Name under which Sentinel knows the master. */
export const MASTER = "main";
/** Sentinels of three that must agree that the master is dead. */
export const QUORUM = 2;

/** Options of both servers: TLS only, no plain port, credentials included from the Secret. */
const tls = (port: number) => [
  "port 0",
  `tls-port ${port}`,
  "tls-cert-file /run/tls/tls.crt",
  "tls-key-file /run/tls/tls.key",
  "tls-ca-cert-file /run/tls/ca.crt",
  "tls-auth-clients no",
  "tls-replication yes",
];

/** The server's configuration file. What a cache may forget, a queue must not: eviction and persistence follow it. */
export function redisConfig({ keeps, memory, servers }: ServerSettings): string {
  const eviction = keeps === "cache" ? "allkeys-lru" : "noeviction";
  return lines(
    ...tls(REDIS_PORT),
    "include /run/credentials/auth.conf",
    "dir /data",
    `maxmemory ${mebibytes(memory)}mb`,
    `maxmemory-policy ${eviction}`,
    // At most one second of writes is lost when a node dies; a snapshot besides, because it is what backups copy.
    "appendonly yes",
    "appendfsync everysec",
    "save 900 1 300 100",
    // A master cut off from all replicas stops taking writes that a failover would lose.
    ...(keeps === "queue" && servers > 1 ? ["min-replicas-to-write 1", "min-replicas-max-lag 10"] : []),
  );
}

/** Sentinel's first configuration; it rewrites the file, so the copy on the volume wins from then on. */
export function sentinelConfig(firstMaster: string): string {
  return lines(
    ...tls(SENTINEL_PORT),
    "include /run/credentials/sentinel.conf",
    "dir /data",
    "sentinel resolve-hostnames yes",
    "sentinel announce-hostnames yes",
    `sentinel monitor ${MASTER} ${firstMaster} ${REDIS_PORT} ${QUORUM}`,
    `sentinel down-after-milliseconds ${MASTER} 5000`,
    // When two Sentinels each vote for themselves, they try again after twice this time.
    `sentinel failover-timeout ${MASTER} 10000`,
    `sentinel parallel-syncs ${MASTER} 1`,
  );
}

/** The password in the formats of the server, of Sentinel and of the exporter. */
export const credentialFiles = {
  "auth.conf": (password: string) => lines(`requirepass ${password}`, `masterauth ${password}`),
  "sentinel.conf": (password: string) =>
    lines(`requirepass ${password}`, `sentinel sentinel-pass ${password}`, `sentinel auth-pass ${MASTER} ${password}`),
  "exporter.json": (password: string) => JSON.stringify({ [`rediss://localhost:${REDIS_PORT}`]: password }),
};

export function lines(...parts: string[]): string {
  return `${parts.join("\n")}\n`;
}
