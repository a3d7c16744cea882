import { z } from "zod";
import {
  count,
  dnsLabel,
  hostname,
  partLabels,
  port,
  resources,
  secretReference,
  sized,
  storage,
  storageClass,
} from "../../foundation/fields";

/** Names of databases and roles, unquoted as PostgreSQL takes them; dashes are allowed, for the program quotes them. */
const sqlName = z
  .string()
  .regex(
    /^[a-z_][a-z0-9_-]{0,62}$/,
    "lower-case letters, digits, dashes and underscores, starting with a letter or underscore, at most 63 characters",
  );

const extension = z.enum(["vector", "vectorscale", "pg_trgm", "pgcrypto", "uuid-ossp", "hstore", "citext"]);

/** Names of tables and columns; the program quotes them. */
const identifier = "[a-z_][a-z0-9_]{0,62}";
const WORDS = "lower-case letters, digits and underscores, starting with a letter or underscore, at most 63 characters";

const vectorColumn = z.strictObject({
  table: z
    .string()
    .regex(new RegExp(`^(${identifier}\\.)?${identifier}$`), `a table, as in photos or app.photos: ${WORDS}`)
    .describe("Table, with its schema where it is not in the search path."),
  column: z
    .string()
    .regex(new RegExp(`^${identifier}$`), WORDS)
    .describe("Column of type `vector`."),
  rows: count(1, 1_000_000_000_000).describe(
    "Vectors that are expected; they choose the index: up to 10 million `hnsw`, above `diskann`. Raise it in time: the new index is built beside the old one, which then goes.",
  ),
  distance: z
    .enum(["cosine", "l2", "inner-product"])
    .default("cosine")
    .describe("How queries order by it; an index serves one distance only."),
  neighbours: count(2, 1000)
    .optional()
    .describe(
      "Neighbours of a vector in the index's graph: more find better and slower. Default: the index's own, 16 of `hnsw` and 50 of `diskann`. An index that exists keeps its number.",
    ),
  index: z
    .enum(["hnsw", "ivfflat", "diskann"])
    .optional()
    .describe(
      "Index, where another one than `rows` chooses is wanted: `ivfflat` builds faster than `hnsw` and takes less memory, and finds less well.",
    ),
});

const database = z.strictObject({
  owner: sqlName.optional().describe("Role that owns it and logs in to it. Default: the database's name."),
  extensions: z
    .array(extension)
    .default(["vector"])
    .describe("Extensions created with the database, because its owner may not. `vectorscale` brings `vector` along."),
  sql: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "Statements run once, when the database is made; for the first database only. Later changes are migrations.",
    ),
  vectors: z
    .array(vectorColumn)
    .default([])
    .describe(
      "Vector columns to index. A task looks every hour, and makes an index without blocking writes once its column exists and holds enough to learn from.",
    ),
});

export const databases = z
  .record(sqlName, database)
  .refine((all) => Object.keys(all).length > 0, "at least one database")
  .default({ platform: { extensions: ["vector"], sql: [], vectors: [] } })
  .describe(
    "Databases by name; the first is what `uses: [<store>]` means, others are asked for as `<store>.<database>`.",
  );

const server = {
  databases,
  storage: sized(storage, { dev: "5Gi", small: "50Gi", large: "200Gi", xlarge: "1000Gi" }),
  storageClass,
  resources: sized(resources, {
    dev: { cpu: "250m", memory: "512Mi", limits: { cpu: "2" } },
    small: { cpu: "500m", memory: "4Gi", limits: { cpu: "4" } },
    large: { cpu: "2", memory: "16Gi", limits: { cpu: "8" } },
    xlarge: { cpu: "8", memory: "64Gi", limits: { cpu: "32" } },
  }).describe("Requests and limits of a server. A quarter of the memory request becomes shared_buffers."),
  maxConnections: sized(count(20, 10_000), { dev: 100, small: 200, large: 500, xlarge: 2000 }).describe(
    "Client connections at most; the loader holds the clients' pools against it. About 10 MiB of memory each.",
  ),
  labels: partLabels.default({}),
};

/** Images with PostgreSQL 16: the operator's own, or one that has TimescaleDB and pgvectorscale. */
const operandImage = z
  .enum(["standard", "timescaledb-ha"])
  .default("standard")
  .describe("`standard` has pgvector; `timescaledb-ha` also has pgvectorscale (StreamingDiskANN) and TimescaleDB.");

export const postgresKeys = z.strictObject({
  ...server,
  instances: sized(count(1, 9), { dev: 1, small: 3, large: 3, xlarge: 5 }).describe(
    "Servers: one primary, the others standby. From three on, a commit is answered only when a second server has it.",
  ),
  image: operandImage,
  serviceName: dnsLabel
    .optional()
    .describe(
      "Name of a Service of our own that leads to the primary, where a system fixes its address. Default: clients use the operator's `<name>-rw`.",
    ),
});

export const postgresSingleKeys = z.strictObject(server);

export const postgresExternalKeys = z.strictObject({
  host: hostname.describe("Its host name."),
  port: port.default(5432).describe("Its TCP port."),
  database: sqlName.default("platform").describe("Database to use."),
  username: z.string().min(1).default("platform").describe("Role to log in as."),
  password: secretReference.describe("The role's password."),
  authority: z
    .union([z.enum(["public", "none"]), secretReference], { error: '"public", "none" or { secret: <name> }' })
    .default("public")
    .describe(
      "Who signed the server's certificate: a `public` authority, or your own (its certificate in PEM, as a secret). `none`: no TLS.",
    ),
  maxConnections: count(1, 100_000).default(100).describe("Client connections it accepts from this stack."),
});

/** Memory that PostgreSQL's own documentation recommends for shared buffers of a dedicated server: a quarter. */
export const SHARED_BUFFERS_SHARE = 0.25;

export type PostgresKeys = z.infer<typeof postgresKeys>;
export type PostgresSingleKeys = z.infer<typeof postgresSingleKeys>;
export type PostgresExternalKeys = z.infer<typeof postgresExternalKeys>;
export type DatabaseKeys = z.infer<typeof database>;
export type VectorKeys = z.infer<typeof vectorColumn>;
