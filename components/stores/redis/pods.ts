import type * as pulumi from "@pulumi/pulumi";
import {
  claim,
  configFiles,
  type Container,
  exec,
  mebibytes,
  type Mount,
  type OwnedSecret,
  type Resources,
  scratch,
  type ServerCertificate,
  tcp,
} from "../../foundation";
import { pingCommand, votesCommand } from "./commands";
import { EXPORTER_PORT, REDIS_PORT, SENTINEL_PORT } from "./configuration";
import type { RedisKeys } from "./keys";

/** Requests and limits of one server: half as much again as the data set, for copy-on-write during a save. */
export function serverResources({ memory, resources }: Pick<RedisKeys, "memory" | "resources">): Resources {
  return resources ?? { cpu: "100m", memory: `${Math.ceil(mebibytes(memory) * 1.5)}Mi` };
}

/** What server, Sentinel and exporter see of the pod's volumes. */
export function serverFiles(
  credentials: OwnedSecret,
  certificate: ServerCertificate,
  configMap: pulumi.Output<string>,
): Mount[] {
  return [
    credentials.at("/run/credentials"),
    certificate.at("/run/tls"),
    configFiles("config", "/etc/redis", configMap),
    scratch("tmp", "/tmp", "16Mi"),
    claim("data", "/data"),
  ];
}

export function exporter(image: string, mounts: readonly Mount[]): Container {
  return {
    name: "exporter",
    image,
    args: [
      "--redis.addr",
      `rediss://localhost:${REDIS_PORT}`,
      "--redis.password-file",
      "/run/credentials/exporter.json",
      "--tls-ca-cert-file",
      "/run/tls/ca.crt",
    ],
    ports: { metrics: EXPORTER_PORT },
    resources: { cpu: "10m", memory: "48Mi", limits: { cpu: "200m" } },
    probes: { ready: tcp("metrics"), live: tcp("metrics") },
    mounts: mounts.filter(({ name }) => name === "credentials" || name === "tls"),
  };
}

export function sentinel(image: string, mounts: readonly Mount[]): Container {
  return {
    name: "sentinel",
    image,
    command: ["sh", "/etc/redis/sentinel.sh"],
    ports: { sentinel: SENTINEL_PORT },
    resources: { cpu: "20m", memory: "64Mi", limits: { cpu: "200m" } },
    probes: {
      startup: exec(pingCommand(SENTINEL_PORT), { periodSeconds: 5, failureThreshold: 60 }),
      ready: exec(votesCommand()),
      live: tcp("sentinel"),
    },
    mounts,
  };
}
