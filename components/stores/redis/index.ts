import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  type Around,
  type Connections,
  type Dashboard,
  exec,
  type Member,
  OwnedSecret,
  type Part,
  type ScrapeTarget,
  ServerCertificate,
  StatefulWorkload,
} from "../../foundation";
import { images } from "../../versions";
import { redisAlerts } from "./alerts";
import { dataCommand, pingCommand } from "./commands";
import { credentialFiles, EXPORTER_PORT, REDIS_PORT, SENTINEL_PORT } from "./configuration";
import { listTrigger, redisFacts } from "./connection";
import { redisDashboard } from "./dashboard";
import { configurationFiles } from "./files";
import type { RedisKeys } from "./keys";
import { exporter, sentinel, serverFiles, serverResources } from "./pods";

export type RedisArgs = RedisKeys & Pick<Around, "site">;

/** User and group `redis` of the official image. */
const REDIS_USER = 999;
/** Redis' name for who logs in with nothing but a password. Some clients, Traefik for one, want to be told. */
const DEFAULT_USER = "default";

/**
 * Redis with TLS, a generated password, append-only file and snapshots. With three servers, Sentinel promotes another one about ten
 * seconds after losing the master.
 */
export class Redis extends pulumi.ComponentResource implements Part {
  readonly name: string;
  readonly connections: Connections;
  readonly members: readonly Member[];
  readonly metrics: readonly ScrapeTarget[];
  readonly alerts = redisAlerts;
  readonly dashboards: readonly Dashboard[];

  constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:stores:Redis", name, {}, opts);
    this.name = name;
    const own = { parent: this };
    const { site } = args;
    const { namespace, authority } = site;
    const domain = `${name}.${namespace.name}.svc.cluster.local`;

    const credentials = new OwnedSecret(
      `${name}-credentials`,
      { namespace, generate: ["password"], given: { username: DEFAULT_USER }, derived: passwordFiles },
      own,
    );
    const certificate = new ServerCertificate(`${name}-tls`, { namespace, authority, services: [name] }, own);
    const config = new k8s.core.v1.ConfigMap(
      `${name}-config`,
      {
        metadata: { namespace: namespace.reference, labels: namespace.labels(name, args.keeps) },
        data: configurationFiles(name, domain, args),
      },
      own,
    );
    const mounts = serverFiles(credentials, certificate, config.metadata.name);
    const server = new StatefulWorkload(name, { ...servers(args), ...containers(args, mounts) }, own);

    const facts = redisFacts(credentials.credentials("password"), certificate, server.host, args);
    const connection = server.offer("redis", facts);
    this.connections = {
      default: { ...connection, list: (list, perPod) => listTrigger(connection, list, perPod) },
    };
    this.members = [server.member];
    this.metrics = [{ name, peer: server.peer, port: EXPORTER_PORT }];
    this.dashboards = [redisDashboard(name, namespace.name)];
    this.registerOutputs({ host: server.host });
  }
}

/** Everything about the set of servers but their containers. */
function servers({ site, keeps, labels, servers: count, storage, storageClass }: RedisArgs) {
  return {
    site,
    labels,
    component: keeps,
    user: REDIS_USER,
    scale: { replicas: count },
    claims: { data: { size: storage, storageClass } },
    ports: {
      redis: REDIS_PORT,
      metrics: EXPORTER_PORT,
      ...(count > 1 && { sentinel: SENTINEL_PORT }),
    },
    peerPorts: count > 1 ? [REDIS_PORT, SENTINEL_PORT] : [],
    shutdown: { drainSeconds: 30 },
  };
}

function containers(args: RedisArgs, mounts: ReturnType<typeof serverFiles>) {
  const image = args.site.artifacts.image(images.redis);
  return {
    image,
    command: ["sh", "/etc/redis/start.sh"],
    resources: serverResources(args),
    probes: {
      startup: exec(pingCommand(REDIS_PORT), { periodSeconds: 5, failureThreshold: 60 }),
      ready: exec(dataCommand()),
      live: exec(pingCommand(REDIS_PORT), { failureThreshold: 6 }),
    },
    mounts,
    sidecars: [
      exporter(args.site.artifacts.image(images.redisExporter), mounts),
      ...(args.servers > 1 ? [sentinel(image, mounts)] : []),
    ],
  };
}

function passwordFiles({ password }: Readonly<Record<string, pulumi.Output<string>>>) {
  const files = Object.entries(credentialFiles).map(
    ([file, write]) => [file, pulumi.interpolate`${password}`.apply(write)] as const,
  );
  return Object.fromEntries(files);
}
