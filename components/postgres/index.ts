import * as pulumi from "@pulumi/pulumi";
import type { Connection, Offers } from "../foundation";
import type { PostgresArgs } from "./args";
import { cluster } from "./cluster";
import { external } from "./external";
import { single } from "./single";

export type { PostgresArgs } from "./args";

/**
 * PostgreSQL with pgvector, in one of three shapes behind one {@link Connection}: a CloudNativePG cluster, one plain server, or a
 * server that exists elsewhere. Clients connect with TLS and verify the server.
 */
export class Postgres extends pulumi.ComponentResource implements Offers {
  readonly connection: Connection;

  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:postgres:Postgres", name, {}, opts);
    this.connection = connectionOf(name, args, { parent: this });
    this.registerOutputs({ host: this.connection.host });
  }
}

function connectionOf(name: string, args: PostgresArgs, own: pulumi.CustomResourceOptions): Connection {
  switch (args.kind) {
    case "cluster":
      return cluster(name, args, own);
    case "single":
      return single(name, args, own);
    case "external":
      return external(name, args, own);
  }
}
