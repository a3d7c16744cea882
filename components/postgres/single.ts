import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import {
  claim,
  configFiles,
  type Connection,
  exec,
  GeneratedSecret,
  images,
  labels,
  scratch,
  ServerCertificate,
  StatefulWorkload,
  tcp,
} from "../foundation";
import { DATABASE, POSTGRES_PORT, ROLE, type SingleArgs } from "./args";

/** User and group `postgres` of the official image. */
const POSTGRES_USER = 999;

/** One server in a StatefulSet: for development, or where no operator may be installed. It has no standby. */
export function single(name: string, args: SingleArgs, own: pulumi.CustomResourceOptions): Connection {
  const { namespace, artifacts, authority, memoryMiB, storageGiB, storageClass, protect } = args;
  const credentials = new GeneratedSecret(
    `${name}-credentials`,
    { namespace, keys: ["password"], fixed: { username: ROLE } },
    own,
  );
  const certificate = new ServerCertificate(`${name}-tls`, { namespace, authority, services: [name] }, own);
  const initialisation = new k8s.core.v1.ConfigMap(
    `${name}-initialisation`,
    {
      metadata: { namespace: namespace.reference, labels: labels(name, "database") },
      data: { "extensions.sql": "CREATE EXTENSION IF NOT EXISTS vector;\n" },
    },
    own,
  );
  const ready = exec(["pg_isready", "--username", ROLE, "--dbname", DATABASE]);
  const server = new StatefulWorkload(
    name,
    {
      namespace,
      component: "database",
      image: artifacts.image(images.postgres),
      args: serverArguments(memoryMiB),
      environment: {
        POSTGRES_USER: ROLE,
        POSTGRES_DB: DATABASE,
        POSTGRES_PASSWORD_FILE: "/run/credentials/password",
        PGDATA: "/var/lib/postgresql/data/pgdata",
      },
      user: POSTGRES_USER,
      scale: { replicas: 1 },
      claims: [{ name: "data", sizeGiB: storageGiB, storageClass }],
      protect,
      ports: { postgres: POSTGRES_PORT },
      resources: { cpu: "250m", memoryMiB },
      probes: { startup: { ...ready, failureThreshold: 60 }, ready, live: tcp("postgres", 10, 6) },
      mounts: [
        claim("data", "/var/lib/postgresql/data"),
        credentials.at("/run/credentials"),
        certificate.at("/run/tls"),
        configFiles("initialisation", "/docker-entrypoint-initdb.d", initialisation.metadata.name),
        scratch("sockets", "/var/run/postgresql", 16),
        scratch("tmp", "/tmp", 256),
      ],
      shutdown: { drainSeconds: 60 },
    },
    own,
  );
  return server.offer("postgres", {
    attributes: { database: DATABASE },
    credentials: { secretName: credentials.secretName, keys: ["username", "password"] },
    authority: { secretName: certificate.secretName },
  });
}

/** TLS on, and a quarter of the memory for the shared buffers, as PostgreSQL's manual recommends for a dedicated server. */
function serverArguments(memoryMiB: number): string[] {
  const settings = {
    ssl: "on",
    ssl_cert_file: "/run/tls/tls.crt",
    ssl_key_file: "/run/tls/tls.key",
    shared_buffers: `${Math.floor(memoryMiB / 4)}MB`,
  };
  return Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
}
