import type * as pulumi from "@pulumi/pulumi";
import type { Artifacts, Authority, Config, Namespace } from "../foundation";
import type { Observability } from "../observability";

/** What every kind of PostgreSQL needs from the platform. */
interface Surroundings {
  /** Namespace of the clients; servers of our own live there too. */
  readonly namespace: Namespace;
  readonly artifacts: Artifacts;
  readonly authority: Authority;
  /** Reads the metrics that the servers of a cluster publish. */
  readonly observability: Observability;
  /** Keep the data whatever happens to the program. */
  readonly protect: boolean;
  /** Password of an external server's role, from encrypted configuration; unused otherwise. */
  readonly password: pulumi.Output<string> | undefined;
}

type Kind<Name extends Config["postgres"]["kind"]> = Extract<Config["postgres"], { kind: Name }>;

/** A CloudNativePG cluster; `instances` servers of which one is primary. */
export type ClusterArgs = Surroundings & Kind<"cluster">;
/** One plain server in a StatefulSet. */
export type SingleArgs = Surroundings & Kind<"single">;
/** A server outside this program. */
export type ExternalArgs = Surroundings & Kind<"external">;

export type PostgresArgs = ClusterArgs | SingleArgs | ExternalArgs;

/** Database and role that our own servers are created with. */
export const DATABASE = "platform";
export const ROLE = "platform";
export const POSTGRES_PORT = 5432;
