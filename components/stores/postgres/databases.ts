import * as pulumi from "@pulumi/pulumi";
import { type Connection, type Connections, mebibytes, type Namespace, OwnedSecret } from "../../foundation";
import { type DatabaseKeys, SHARED_BUFFERS_SHARE, type VectorKeys } from "./keys";

export const POSTGRES_PORT = 5432;

/** A database with everything decided. */
export interface Database {
  readonly name: string;
  readonly owner: string;
  readonly extensions: readonly string[];
  readonly sql: readonly string[];
  readonly vectors: readonly VectorKeys[];
}

/** The databases of a server, the first first. */
export function databasesOf(keys: Readonly<Record<string, DatabaseKeys>>): [Database, ...Database[]] {
  const [first, ...others] = Object.entries(keys).map(([name, { owner = name, ...database }]) => ({
    name,
    owner,
    ...database,
  }));
  if (!first) throw new Error("A PostgreSQL needs at least one database.");
  return [first, ...others];
}

/** Creates an extension with everything it needs, unless it is there. */
export function extensionSql(extension: string): string {
  return `CREATE EXTENSION IF NOT EXISTS "${extension}" CASCADE`;
}

/** A generated password for each role that owns a database, in the form that the operator reads too. */
export function roleSecrets(
  name: string,
  databases: readonly Database[],
  namespace: Namespace,
  opts: pulumi.CustomResourceOptions,
): ReadonlyMap<string, OwnedSecret> {
  const owners = [...new Set(databases.map(({ owner }) => owner))];
  const secretName = (index: number, owner: string) =>
    index === 0 ? `${name}-credentials` : `${name}-${owner.replaceAll("_", "-")}-credentials`;
  return new Map(
    owners.map((owner, index) => [
      owner,
      new OwnedSecret(
        secretName(index, owner),
        { namespace, generate: ["password"], given: { username: owner }, type: "kubernetes.io/basic-auth" },
        opts,
      ),
    ]),
  );
}

/** A connection per database under its name, the first also as `default`, and a read-only one where there are standbys. */
export function databaseConnections(
  databases: readonly [Database, ...Database[]],
  secrets: ReadonlyMap<string, OwnedSecret>,
  base: Omit<Connection, "credentials" | "attributes" | "url">,
  readOnlyHost?: string,
): Connections {
  const of = ({ name, owner }: Database, host = base.host): Connection => {
    const secret = secrets.get(owner);
    if (!secret) throw new Error(`The role "${owner}" has no password.`);
    const credentials = secret.credentials("username", "password");
    const { username, password } = credentials.values;
    return {
      ...base,
      host,
      attributes: { database: name },
      credentials,
      url: (caFile) =>
        pulumi.secret(
          pulumi.interpolate`postgresql://${username}:${password}@${host}:${base.port}/${name}?sslmode=verify-full&sslrootcert=${caFile}`,
        ),
    };
  };
  const [first] = databases;
  return {
    default: of(first),
    ...(readOnlyHost && { reader: of(first, readOnlyHost) }),
    ...Object.fromEntries(databases.map((database) => [database.name, of(database)])),
  };
}

/** Settings of a server: connections as the stack file says, and shared buffers as PostgreSQL's manual recommends. */
export function serverSettings({
  maxConnections,
  resources,
}: {
  readonly maxConnections: number;
  readonly resources: { readonly memory: string };
}): Record<string, string> {
  return {
    max_connections: String(maxConnections),
    shared_buffers: `${Math.floor(mebibytes(resources.memory) * SHARED_BUFFERS_SHARE)}MB`,
  };
}
