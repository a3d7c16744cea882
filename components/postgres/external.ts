import type * as pulumi from "@pulumi/pulumi";
import { type Connection, GeneratedSecret } from "../foundation";
import type { ExternalArgs } from "./args";

/** The connection to a server outside this program: only its credentials become an object of ours. */
export function external(name: string, args: ExternalArgs, own: pulumi.CustomResourceOptions): Connection {
  const { namespace, host, port, database, username, password } = args;
  if (!password)
    throw new Error(
      `The external PostgreSQL "${host}" needs its password: set the secret key ai-platform:postgresPassword.`,
    );
  const credentials = new GeneratedSecret(
    `${name}-credentials`,
    { namespace, keys: [], fixed: { username, password } },
    own,
  );
  return {
    name,
    host,
    port,
    attributes: { database },
    credentials: { secretName: credentials.secretName, keys: ["username", "password"] },
    server: "outside",
    ready: [credentials],
  };
}
