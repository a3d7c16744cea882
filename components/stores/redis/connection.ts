import * as pulumi from "@pulumi/pulumi";
import type { Connection, Credentials, ScalerTrigger } from "../../foundation";
import { MASTER, REDIS_PORT, SENTINEL_PORT } from "./configuration";
import type { RedisKeys } from "./keys";

/** What clients of a Redis learn beside its address. With three servers no single address is right for long: they ask Sentinel. */
export function redisFacts(
  credentials: Credentials,
  certificate: { readonly secretName: pulumi.Output<string> },
  host: string,
  { servers }: Pick<RedisKeys, "servers">,
): Partial<Connection> & { readonly further: readonly string[] } {
  const authority = { secretName: certificate.secretName };
  if (servers > 1)
    return {
      credentials,
      authority,
      attributes: { sentinel_port: String(SENTINEL_PORT), sentinel_master: MASTER },
      further: ["sentinel"],
    };
  const { password } = credentials.values;
  return {
    credentials,
    authority,
    further: [],
    url: () => pulumi.secret(pulumi.interpolate`rediss://:${password}@${host}:${REDIS_PORT}/0`),
  };
}

/** Scales on the length of a list, in the words of KEDA's scaler for one Redis, or for those behind a Sentinel. */
export function listTrigger(connection: Connection, list: string, perPod: number): ScalerTrigger {
  const { host, port, attributes = {}, credentials, authority } = connection;
  const { sentinel_master: master, sentinel_port: sentinelPort } = attributes;
  const server = master
    ? { type: "redis-sentinel", address: { addresses: `${host}:${sentinelPort}`, sentinelMaster: master } }
    : { type: "redis", address: { address: `${host}:${port}` } };
  const password = (parameter: string) =>
    credentials ? [{ parameter, secretName: credentials.secretName, key: "password" }] : [];
  return {
    kind: "scaler",
    type: server.type,
    metadata: { ...server.address, listName: list, listLength: String(perPod), enableTLS: "true" },
    credentials: [
      ...password("password"),
      ...(master ? password("sentinelPassword") : []),
      ...(authority ? [{ parameter: "ca", secretName: authority.secretName, key: "ca.crt" }] : []),
    ],
    reaches: connection,
  };
}
