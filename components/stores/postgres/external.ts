import * as pulumi from "@pulumi/pulumi";
import { type Around, type Connection, type Connections, type Member, OwnedSecret, type Part } from "../../foundation";
import type { PostgresExternalKeys } from "./keys";

export type PostgresExternalArgs = PostgresExternalKeys & Pick<Around, "site">;

/** Where most images keep the certificates of public authorities. */
const PUBLIC_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";

/** A server outside this program: only its credentials become an object of ours. */
export class PostgresExternal extends pulumi.ComponentResource implements Part {
  readonly name: string;
  readonly connections: Connections;
  readonly members: readonly Member[] = [];

  constructor(name: string, args: PostgresExternalArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:stores:PostgresExternal", name, {}, opts);
    this.name = name;
    const { site, host, port, database, username, authority } = args;
    const own = { parent: this };
    const secret = new OwnedSecret(
      `${name}-credentials`,
      { namespace: site.namespace, given: { username, password: site.secret(args.password) } },
      own,
    );
    const certificates =
      typeof authority === "object"
        ? new OwnedSecret(`${name}-ca`, { namespace: site.namespace, given: { "ca.crt": site.secret(authority) } }, own)
        : undefined;
    const credentials = secret.credentials("username", "password");
    this.connections = {
      default: {
        name,
        host,
        port,
        attributes: { database, ...(authority === "public" && { ca_file: PUBLIC_AUTHORITIES }) },
        credentials,
        ...(certificates && { authority: { secretName: certificates.secretName } }),
        server: "outside",
        ready: [secret],
        url: url(args, credentials),
      },
    };
    this.registerOutputs({ host });
  }
}

function url(
  { host, port, database, authority }: PostgresExternalArgs,
  { values: { username, password } }: NonNullable<Connection["credentials"]>,
): NonNullable<Connection["url"]> {
  const base = pulumi.interpolate`postgresql://${username}:${password}@${host}:${port}/${database}`;
  return (caFile) => {
    if (authority === "none") return pulumi.secret(base);
    const root = authority === "public" ? PUBLIC_AUTHORITIES : caFile;
    return pulumi.secret(pulumi.interpolate`${base}?sslmode=verify-full&sslrootcert=${root}`);
  };
}
