import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import {
  authorityFile,
  configFiles,
  type Connection,
  type Connections,
  type Labels,
  mebibytes,
  ScheduledTask,
  scratch,
  type Site,
} from "../../foundation";
import type { Database } from "./databases";
import { indexScript } from "./vectors";

/** Every hour, off the full hour, when everybody else's tasks start. */
const SCHEDULE = "17 * * * *";
/** A graph over a hundred million vectors is built within a day. */
const DEADLINE_SECONDS = 24 * 3600;
const FOLDER = "/etc/vectors";

export interface VectorTaskArgs {
  readonly site: Site;
  readonly labels: Labels;
  /** Image of the servers, for its psql, and the user of its processes. */
  readonly image: string;
  readonly user: number;
  /** Memory of a server, of which building an index takes a part. */
  readonly memory: string;
}

/** Makes the vector indexes of a server's databases: once their columns exist, and anew when another index fits their size. */
export function vectorTask(
  name: string,
  databases: readonly Database[],
  connections: Connections,
  args: VectorTaskArgs,
  opts: pulumi.CustomResourceOptions,
): ScheduledTask | undefined {
  const { site, memory } = args;
  const indexed = databases
    .filter(({ vectors }) => vectors.length > 0)
    .map((database) => withAccess(database, connections));
  if (indexed.length === 0) return undefined;
  const scripts = new k8s.core.v1.ConfigMap(
    `${name}-vectors`,
    {
      metadata: { namespace: site.namespace.reference, labels: site.labels(`${name}-vectors`, "database") },
      data: Object.fromEntries(
        indexed.map(({ vectors, access }) => [`${access.name}.sql`, indexScript(vectors, mebibytes(memory))]),
      ),
    },
    opts,
  );
  return new ScheduledTask(
    `${name}-vectors`,
    {
      ...args,
      component: "database",
      schedule: SCHEDULE,
      deadlineSeconds: DEADLINE_SECONDS,
      command: ["sh", "-c", commands(indexed)],
      resources: { cpu: "10m", memory: "64Mi" },
      uses: indexed.map(({ access }) => access),
      mounts: [configFiles("scripts", FOLDER, scripts.metadata.name), scratch("tmp", "/tmp", "16Mi")],
    },
    opts,
  );
}

type Accessible = Database & { readonly access: Connection };

/** The connection under the database's name, in the form that volumes take. */
function withAccess(database: Database, connections: Connections): Accessible {
  const connection = connections[database.name];
  if (!connection) throw new Error(`There is no connection to the database "${database.name}".`);
  return { ...database, access: { ...connection, name: database.name.replaceAll("_", "-") } };
}

/** One database that cannot be indexed does not keep the others from it, but the task fails. */
function commands(databases: readonly Accessible[]): string {
  return ["failed=0", ...databases.map((database) => `${psql(database)} || failed=1`), 'exit "$failed"'].join("\n");
}

function psql({ name, owner, access }: Accessible): string {
  const target = `host=${access.host} port=${access.port} dbname=${name} user=${owner} sslmode=verify-full sslrootcert=${authorityFile(access.name)}`;
  return `PGPASSWORD="$(cat /run/secrets/${access.name}/password)" psql --no-psqlrc --set ON_ERROR_STOP=1 --file ${FOLDER}/${access.name}.sql "${target}"`;
}
