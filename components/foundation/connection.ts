import type * as pulumi from "@pulumi/pulumi";
import { environmentPrefix } from "./names";
import { allow, type Edge, type Peer } from "./network";
import type { Container, Mount } from "./container";

/**
 * Everything a client needs to use a server. A workload that takes one gets three things at once: environment and credential
 * files, start-up order, and the two NetworkPolicies. There is no other way to reach a pod.
 */
export interface Connection {
  /** Stable name, for example `postgres`; prefix of the variables (`POSTGRES_HOST`) and folder of the files. */
  readonly name: string;
  readonly host: string;
  /** TCP port, of the Service and of the pods behind it. */
  readonly port: number;
  /** Further ports a client needs, those of Sentinel for instance; named in `attributes`. @default none */
  readonly furtherPorts?: readonly number[];
  /** Further plain facts, for example `database`; each becomes `<PREFIX>_<NAME>`. @default none */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Secret with the credentials; each key becomes a file and `<PREFIX>_<KEY>_FILE`. @default none */
  readonly credentials?: { readonly secretName: pulumi.Input<string>; readonly keys: readonly string[] };
  /** Secret whose `ca.crt` verifies the server; its path becomes `<PREFIX>_CA_FILE`. @default plain text inside the cluster */
  readonly authority?: { readonly secretName: pulumi.Input<string> };
  /** Pods behind the port, or `outside` for a server that is not in this cluster. */
  readonly server: Peer | "outside";
  /** What must be ready before a client starts. */
  readonly ready: readonly pulumi.Resource[];
}

/** A component that serves others. */
export interface Offers {
  readonly connection: Connection;
}

/** The environment variables of a client. */
export function connectionEnvironment(connection: Connection): Record<string, string> {
  const { name, host, port, attributes = {}, credentials, authority } = connection;
  const prefix = environmentPrefix(name);
  const plain = Object.entries({ host, port: String(port), ...attributes });
  const files = (credentials?.keys ?? []).map((key) => [`${key}_file`, `/run/secrets/${name}/${key}`] as const);
  const ca = authority ? ([["ca_file", `/run/ca/${name}/ca.crt`]] as const) : [];
  return Object.fromEntries(
    [...plain, ...files, ...ca].map(([key, value]) => [`${prefix}_${environmentPrefix(key)}`, value]),
  );
}

/** A container with what its connections bring; its own variables win. */
export function withConnections(container: Container, uses: readonly Connection[]): Container {
  return {
    ...container,
    environment: {
      ...Object.fromEntries(uses.flatMap((use) => Object.entries(connectionEnvironment(use)))),
      ...container.environment,
    },
    mounts: [...uses.flatMap(connectionMounts), ...(container.mounts ?? [])],
  };
}

/** The credential files of a client. */
function connectionMounts({ name, credentials, authority }: Connection): Mount[] {
  const mounts: Mount[] = [];
  if (credentials)
    mounts.push({
      name: `${name}-credentials`,
      path: `/run/secrets/${name}`,
      source: { secret: { secretName: credentials.secretName, defaultMode: 0o440 } },
    });
  if (authority)
    mounts.push({
      name: `${name}-ca`,
      path: `/run/ca/${name}`,
      source: {
        secret: { secretName: authority.secretName, items: [{ key: "ca.crt", path: "ca.crt" }], defaultMode: 0o440 },
      },
    });
  return mounts;
}

/** The two NetworkPolicies of a connection. */
export function openConnection(
  client: Edge["client"],
  { name, server, port, furtherPorts = [] }: Connection,
  opts: pulumi.CustomResourceOptions,
): void {
  allow({ client, server: { name, peer: server }, ports: [port, ...furtherPorts] }, opts);
}
