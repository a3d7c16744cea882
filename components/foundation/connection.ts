import type * as pulumi from "@pulumi/pulumi";
import type { Container, Mount } from "./container";
import { environmentPrefix } from "./names";
import type { Peer } from "./network-rules";
import type { ScalerTrigger } from "./scale";

/** Pods that listen. */
export interface Server {
  /** Name of the workload, and of its network policy. */
  readonly name: string;
  readonly peer: Peer;
  /** TCP ports of the pods, all that a client needs. They are what network policies see, whatever the Service calls them. */
  readonly ports: readonly number[];
}

export interface Credentials {
  readonly secretName: pulumi.Input<string>;
  /** Keys of the Secret that a client needs. */
  readonly keys: readonly string[];
  /** The values themselves, secret, for what must be composed of them: a URL for instance. */
  readonly values: Readonly<Record<string, pulumi.Output<string>>>;
}

/**
 * Everything a client needs to use a server. A workload that takes one gets three things at once: environment and credential
 * files, start-up order, and its half of the network. There is no other way to reach a pod.
 */
export interface Connection {
  /** Prefix of the variables (`POSTGRES_HOST`) and folder of the files. The client's own word for it; by default the part's name. */
  readonly name: string;
  readonly host: string;
  /** TCP port of the Service. */
  readonly port: number;
  /** Further ports of the Service that a client needs, those of Sentinel for instance; named in `attributes`. @default none */
  readonly furtherPorts?: readonly number[];
  /** Further plain facts, for example `database`; each becomes `<PREFIX>_<NAME>`. @default none */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Each key becomes a file and `<PREFIX>_<KEY>_FILE`. @default none */
  readonly credentials?: Credentials;
  /** Secret whose `ca.crt` verifies the server; its path becomes `<PREFIX>_CA_FILE`. @default plain text inside the cluster */
  readonly authority?: { readonly secretName: pulumi.Input<string> };
  /** `outside` for a server that is not in this cluster. */
  readonly server: Server | "outside";
  /** What must be ready before a client starts. */
  readonly ready: readonly pulumi.Resource[];
  /** The connection as one URL, credentials included; `caFile` is where the client finds the authority. @default it has none */
  readonly url?: (caFile: string) => pulumi.Output<string>;
  /** Scales a client on the length of a list. @default the server has no lists */
  readonly list?: (name: string, perPod: number) => ScalerTrigger;
}

/** What a part offers, by name; `default` is what `uses: [part]` means, others are asked for as `part.name`. */
export type Connections = Readonly<Record<string, Connection>>;

/** The environment variables of a client. */
export function connectionEnvironment(connection: Connection): Record<string, string> {
  const { name, host, port, attributes = {}, credentials, authority } = connection;
  const prefix = environmentPrefix(name);
  const plain = Object.entries({ host, port: String(port), ...attributes });
  const files = (credentials?.keys ?? []).map((key) => [`${key}_file`, `/run/secrets/${name}/${key}`] as const);
  const ca = authority ? ([["ca_file", authorityFile(name)]] as const) : [];
  return Object.fromEntries(
    [...plain, ...files, ...ca].map(([key, value]) => [`${prefix}_${environmentPrefix(key)}`, value]),
  );
}

/** Where a client finds the authority of a connection. */
export function authorityFile(name: string): string {
  return `/run/ca/${name}/ca.crt`;
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
      source: {
        secret: {
          secretName: credentials.secretName,
          items: credentials.keys.map((key) => ({ key, path: key })),
          defaultMode: 0o440,
        },
      },
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
