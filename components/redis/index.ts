import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  claim,
  configFiles,
  type Connection,
  type Container,
  exec,
  GeneratedSecret,
  images,
  labels,
  type Mount,
  type Offers,
  scratch,
  ServerCertificate,
  StatefulWorkload,
  tcp,
} from "../foundation";
import type { RedisArgs } from "./args";
import { dataCommand, pingCommand, votesCommand } from "./commands";
import { credentialFiles, EXPORTER_PORT, MASTER, REDIS_PORT, SENTINEL_PORT } from "./configuration";
import { configurationFiles } from "./files";

export type { RedisArgs } from "./args";
export type { RedisRole } from "./configuration";

/** User and group `redis` of the official image. */
const REDIS_USER = 999;

/**
 * Redis with TLS, a generated password, append-only file and snapshots. With three servers, Sentinel promotes another one about ten
 * seconds after losing the master. Offers one {@link Connection}.
 */
export class Redis extends pulumi.ComponentResource implements Offers {
  readonly connection: Connection;

  constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:redis:Redis", name, {}, opts);
    const own = { parent: this };
    const { namespace, artifacts, authority, replicas, memoryMiB, protect } = args;
    const domain = `${name}.${namespace.name}.svc.cluster.local`;

    const credentials = new GeneratedSecret(
      `${name}-credentials`,
      { namespace, keys: ["password"], derived: passwordFiles },
      own,
    );
    const certificate = new ServerCertificate(`${name}-tls`, { namespace, authority, services: [name] }, own);
    const config = new k8s.core.v1.ConfigMap(
      `${name}-config`,
      {
        metadata: { namespace: namespace.reference, labels: labels(name, args.role) },
        data: configurationFiles(name, domain, args),
      },
      own,
    );
    const files: Mount[] = [
      credentials.at("/run/credentials"),
      certificate.at("/run/tls"),
      configFiles("config", "/etc/redis", config.metadata.name),
      scratch("tmp", "/tmp", 16),
      claim("data", "/data"),
    ];
    const server = new StatefulWorkload(
      name,
      {
        namespace,
        component: args.role,
        image: artifacts.image(images.redis),
        command: ["sh", "/etc/redis/start.sh"],
        user: REDIS_USER,
        scale: { replicas },
        claims: [{ name: "data", sizeGiB: args.storageGiB, storageClass: args.storageClass }],
        protect,
        ports: { redis: REDIS_PORT, metrics: EXPORTER_PORT, ...(replicas > 1 && { sentinel: SENTINEL_PORT }) },
        peerPorts: replicas > 1 ? [REDIS_PORT, SENTINEL_PORT] : [],
        resources: { cpu: "100m", memoryMiB: Math.ceil(memoryMiB * 1.5) },
        probes: {
          startup: exec(pingCommand(REDIS_PORT), 5, 60),
          ready: exec(dataCommand()),
          live: tcp("redis", 10, 6),
        },
        mounts: files,
        sidecars: [
          exporter(artifacts.image(images.redisExporter), files),
          ...(replicas > 1 ? [sentinel(artifacts.image(images.redis), files)] : []),
        ],
        shutdown: { drainSeconds: 30 },
      },
      own,
    );
    this.connection = server.offer("redis", {
      credentials: { secretName: credentials.secretName, keys: ["password"] },
      authority: { secretName: certificate.secretName },
      ...(replicas > 1 && {
        attributes: { sentinel_port: String(SENTINEL_PORT), sentinel_master: MASTER },
        furtherPorts: [SENTINEL_PORT],
      }),
    });
    const { labels: pods } = server.peer;
    args.observability.scrape(name, { namespace, labels: pods, port: EXPORTER_PORT }, own);
    this.registerOutputs({ host: this.connection.host });
  }
}

function passwordFiles({ password }: Readonly<Record<string, pulumi.Output<string>>>) {
  const files = Object.entries(credentialFiles).map(
    ([file, write]) => [file, pulumi.interpolate`${password}`.apply(write)] as const,
  );
  return Object.fromEntries(files);
}

function exporter(image: string, mounts: readonly Mount[]): Container {
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
    resources: { cpu: "10m", cpuLimit: "200m", memoryMiB: 48 },
    probes: { ready: tcp("metrics"), live: tcp("metrics") },
    mounts: mounts.filter(({ name }) => name === "credentials" || name === "tls"),
  };
}

function sentinel(image: string, mounts: readonly Mount[]): Container {
  return {
    name: "sentinel",
    image,
    command: ["sh", "/etc/redis/sentinel.sh"],
    ports: { sentinel: SENTINEL_PORT },
    resources: { cpu: "20m", cpuLimit: "200m", memoryMiB: 64 },
    probes: {
      startup: exec(pingCommand(SENTINEL_PORT), 5, 60),
      ready: exec(votesCommand()),
      live: tcp("sentinel"),
    },
    mounts,
  };
}
