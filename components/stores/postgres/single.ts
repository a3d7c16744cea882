import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  type Around,
  claim,
  configFiles,
  type Connections,
  exec,
  type Member,
  type Mount,
  type Part,
  scratch,
  ServerCertificate,
  StatefulWorkload,
} from "../../foundation";
import { images } from "../../versions";
import {
  databaseConnections,
  databasesOf,
  extensionSql,
  POSTGRES_PORT,
  roleSecrets,
  serverSettings,
} from "./databases";
import type { PostgresSingleKeys } from "./keys";
import { vectorTask } from "./vector-task";

export type PostgresSingleArgs = PostgresSingleKeys & Pick<Around, "site">;

/** User and group `postgres` of the official image. */
const POSTGRES_USER = 999;

/** One plain server in a StatefulSet: where no operator may be installed. It has no standby. */
export class PostgresSingle extends pulumi.ComponentResource implements Part {
  readonly name: string;
  readonly connections: Connections;
  readonly members: readonly Member[];

  constructor(name: string, args: PostgresSingleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:stores:PostgresSingle", name, {}, opts);
    this.name = name;
    const own = { parent: this };
    const { site } = args;
    const { namespace, authority } = site;
    const databases = databasesOf(args.databases);
    const [first] = databases;

    const secrets = roleSecrets(name, [first], namespace, own);
    const certificate = new ServerCertificate(`${name}-tls`, { namespace, authority, services: [name] }, own);
    const initialisation = new k8s.core.v1.ConfigMap(
      `${name}-initialisation`,
      {
        metadata: { namespace: namespace.reference, labels: namespace.labels(name, "database") },
        data: { "database.sql": initialSql(first) },
      },
      own,
    );
    const server = new StatefulWorkload(
      name,
      serverArgs(args, [
        claim("data", "/var/lib/postgresql/data"),
        ...[...secrets.values()].map((secret) => secret.at("/run/credentials")),
        certificate.at("/run/tls"),
        configFiles("initialisation", "/docker-entrypoint-initdb.d", initialisation.metadata.name),
        scratch("sockets", "/var/run/postgresql", "16Mi"),
        scratch("tmp", "/tmp", "256Mi"),
      ]),
      own,
    );
    const base = server.offer("postgres", { authority: { secretName: certificate.secretName } });
    this.connections = databaseConnections(databases, secrets, base);
    const image = site.artifacts.image(images.postgres);
    const vectors = vectorTask(
      name,
      [first],
      this.connections,
      { site, labels: args.labels, image, user: POSTGRES_USER, memory: args.resources.memory },
      own,
    );
    this.members = [server.member, ...(vectors ? [vectors.member] : [])];
    this.registerOutputs({ host: server.host });
  }
}

function initialSql({ extensions, sql }: ReturnType<typeof databasesOf>[0]): string {
  return [...extensions.map(extensionSql), ...sql].map((statement) => `${statement};\n`).join("");
}

function serverArgs(args: PostgresSingleArgs, mounts: readonly Mount[]) {
  const { site, storage, storageClass, resources, labels } = args;
  const [{ name: database, owner }] = databasesOf(args.databases);
  const answers = ["pg_isready", "--username", owner, "--dbname", database];
  return {
    site,
    labels,
    component: "database",
    image: site.artifacts.image(images.postgres),
    args: commandLine(args),
    environment: {
      POSTGRES_USER: owner,
      POSTGRES_DB: database,
      POSTGRES_PASSWORD_FILE: "/run/credentials/password",
      PGDATA: "/var/lib/postgresql/data/pgdata",
    },
    user: POSTGRES_USER,
    scale: { replicas: 1 },
    claims: { data: { size: storage, storageClass } },
    ports: { postgres: POSTGRES_PORT },
    resources,
    probes: {
      startup: exec(answers, { failureThreshold: 60 }),
      ready: exec(answers),
      live: exec(answers, { failureThreshold: 6 }),
    },
    mounts,
    shutdown: { drainSeconds: 60 },
  };
}

/** TLS on, and the settings that all kinds share. */
function commandLine(args: PostgresSingleArgs): string[] {
  const settings = {
    ssl: "on",
    ssl_cert_file: "/run/tls/tls.crt",
    ssl_key_file: "/run/tls/tls.key",
    ...serverSettings(args),
  };
  return Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
}
