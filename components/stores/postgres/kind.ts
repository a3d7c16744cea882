import { type Declared, kind, parseReference, type Problem, type Stack, usedParts } from "../../foundation";
import { databasesOf } from "./databases";
import { PostgresExternal } from "./external";
import {
  postgresExternalKeys,
  type PostgresKeys,
  postgresKeys,
  type PostgresSingleKeys,
  postgresSingleKeys,
} from "./keys";
import { OPERATOR } from "./operator";
import { Postgres, serviceNames } from "./postgres";
import { PostgresSingle } from "./single";
import { vectorProblems } from "./vector-rules";

export const postgres = kind(postgresKeys, Postgres, {
  namespaces: [OPERATOR.peer.namespace],
  offers: (keys) => ["default", ...(keys.instances > 1 ? ["reader"] : []), ...Object.keys(keys.databases)],
  names: (_, name) => [name, ...serviceNames(name)],
  check: (keys, stack, name) => [
    ...standby(keys, stack),
    ...databasesHaveNamesOfTheirOwn(keys),
    ...vectorscaleNeedsItsImage(keys),
    ...vectorProblems(keys),
    ...initialSql(keys),
    ...serviceNameIsFree(keys, stack, name),
    ...connectionBudget(keys, stack, name),
  ],
  customKinds: [
    { group: "postgresql.cnpg.io", kind: "Cluster", stateful: true, images: ["imageName"] },
    { group: "postgresql.cnpg.io", kind: "Database", stateful: true, images: [] },
    { group: "postgresql.cnpg.io", kind: "ImageCatalog", stateful: false, images: ["images.image"] },
  ],
});

export const postgresSingle = kind(postgresSingleKeys, PostgresSingle, {
  offers: (keys) => ["default", ...Object.keys(keys.databases).slice(0, 1)],
  check: (keys, stack, name) => [
    ...oneDatabase(keys),
    ...databasesHaveNamesOfTheirOwn(keys),
    ...vectorscaleNeedsItsImage(keys),
    ...vectorProblems(keys),
    ...connectionBudget(keys, stack, name),
    ...(stack.protect
      ? [
          {
            path: ["kind"],
            text: 'is "postgres-single", but with protect: true a store must survive the loss of a node.\n  Use kind: postgres, which keeps a standby, or protect: false.',
          },
        ]
      : []),
  ],
});

export const postgresExternal = kind(postgresExternalKeys, PostgresExternal, {
  check: (keys, stack, name) => connectionBudget(keys, stack, name),
});

function standby({ instances }: PostgresKeys, { protect }: Stack): Problem[] {
  if (!protect || instances > 1) return [];
  return [
    {
      path: ["instances"],
      text: "is 1, but with protect: true it must be at least 2.\n  Raise it, or choose a larger size.",
    },
  ];
}

/** Connections are called as databases are, beside two with names of their own. */
function databasesHaveNamesOfTheirOwn({ databases }: PostgresSingleKeys): Problem[] {
  return ["default", "reader"]
    .filter((name) => name in databases)
    .map((name) => ({
      path: ["databases", name],
      text: `has the name of a connection that every server offers.\n  Rename the database.`,
    }));
}

function vectorscaleNeedsItsImage(keys: PostgresSingleKeys & { image?: string }): Problem[] {
  if (keys.image === "timescaledb-ha") return [];
  return databasesOf(keys.databases).flatMap(({ name, extensions }) =>
    extensions.includes("vectorscale")
      ? [
          {
            path: ["databases", name, "extensions", extensions.indexOf("vectorscale")],
            text: 'is "vectorscale", but the image has pgvector only.\n  Set image: timescaledb-ha (kind: postgres), or use the extension vector.',
          },
        ]
      : [],
  );
}

function initialSql(keys: PostgresKeys): Problem[] {
  const [, ...further] = databasesOf(keys.databases);
  return further
    .filter(({ sql }) => sql.length > 0)
    .map(({ name }) => ({
      path: ["databases", name, "sql"],
      text: "is set, but only the first database can be made with statements of its own.\n  Put the database first, or move the statements to the migrations of the service that uses it.",
    }));
}

/** Parts and the operator have Services of their own. */
function serviceNameIsFree({ serviceName }: PostgresKeys, { parts }: Stack, name: string): Problem[] {
  if (serviceName === undefined) return [];
  const owner = serviceNames(name).includes(serviceName)
    ? "the operator"
    : serviceName === name
      ? undefined
      : parts.get(serviceName)?.name;
  if (owner === undefined) return [];
  return [
    {
      path: ["serviceName"],
      text: `is "${serviceName}", but that is a Service of ${owner}.\n  Choose another name; the store's own, "${name}", is free.`,
    },
  ];
}

function oneDatabase({ databases }: PostgresSingleKeys): Problem[] {
  const [, second] = Object.keys(databases);
  if (second === undefined) return [];
  return [
    {
      path: ["databases", second],
      text: "is a second database, but kind postgres-single makes only one.\n  Use kind: postgres, or a store of its own.",
    },
  ];
}

/** Connections that PostgreSQL keeps for its superuser, its operator and its exporter. */
const RESERVED = 10;

/** Clients' pools together must fit: a client that finds no free connection answers with an error, and at the worst moment. */
function connectionBudget({ maxConnections }: { maxConnections: number }, stack: Stack, name: string): Problem[] {
  const clients = [...stack.parts.values()].flatMap((part) => {
    const wanted = connectionsOf(part, stack, name);
    return wanted > 0 ? [{ name: part.name, wanted }] : [];
  });
  const wanted = clients.reduce((sum, client) => sum + client.wanted, RESERVED);
  if (wanted <= maxConnections) return [];
  const list = clients.map((client) => `${client.name} ${client.wanted}`).join(", ");
  return [
    {
      path: ["maxConnections"],
      text: `is ${maxConnections}, but clients may open ${wanted}: ${list}, reserved ${RESERVED}.\n  Raise it, or lower the clients' databaseConnectionsPerPod or their most pods.`,
    },
  ];
}

function connectionsOf({ keys }: Declared, { parts }: Stack, store: string): number {
  const links = usedParts(keys).filter(({ to }) => parseReference(to, (name) => parts.has(name)).part === store);
  const {
    databaseConnectionsPerPod = 0,
    replicas,
    scale,
  } = keys as {
    databaseConnectionsPerPod?: number;
    replicas?: number | { max: number };
    scale?: { max: number };
  };
  const most = scale?.max ?? (typeof replicas === "object" ? replicas.max : replicas) ?? 1;
  return links.length * most * databaseConnectionsPerPod;
}
