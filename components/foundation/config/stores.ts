import { z } from "zod";
import { count, dnsLabel, hostname } from "./fields";

const storageClass = z.string().min(1).optional().describe("Storage class. Default: the cluster's.");

const owned = {
  storageGiB: count(1, 65_536).describe("Volume per server in GiB."),
  memoryMiB: count(128, 1_048_576).describe("Memory per server in MiB, request and limit."),
  storageClass,
};

const cluster = z.strictObject({
  ...owned,
  kind: z.literal("cluster").describe("A CloudNativePG cluster: replication, failover, rolling updates."),
  instances: count(1, 9).describe("Servers: one primary, the others standby."),
});

const single = z.strictObject({
  ...owned,
  kind: z.literal("single").describe("One plain server in a StatefulSet, no operator."),
});

const external = z.strictObject({
  kind: z.literal("external").describe("A server that exists outside this program."),
  host: hostname.describe("Its host name."),
  port: count(1, 65_535).default(5432).describe("Its TCP port."),
  database: dnsLabel.default("platform").describe("Database to use."),
  username: z
    .string()
    .min(1)
    .default("platform")
    .describe("Role to log in as; its password is the secret key postgresPassword."),
});

export const postgres = z.discriminatedUnion("kind", [cluster, single, external]);

const server = z.strictObject({
  replicas: z.literal([1, 3]).describe("Servers: 1, or 3 with Sentinel."),
  memoryMiB: count(64, 1_048_576).describe("Size of the data set in MiB; pods get half as much again."),
  storageGiB: count(1, 65_536).describe("Volume per server in GiB."),
  storageClass,
});

export const redis = z.strictObject({
  cache: server.describe("Evicts the least recently used keys when full."),
  queue: server.describe("Refuses writes when full; every write reaches the disk within a second."),
});
