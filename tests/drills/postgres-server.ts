import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { eventually } from "./eventually.ts";
import type { RunResult } from "../../rehearsal/process.ts";
import { Pod } from "./pod.ts";
import type { PodNetwork } from "./pod-network.ts";

/** User and group `postgres` of the operator's images. */
const USER = 26;
const DATA = "/data/pgdata";
/** The operator's superuser, who logs in by the socket inside the pod only. */
const SUPERUSER = "postgres";

/** The database as a stack renders it. */
export interface Rendered {
  readonly name: string;
  readonly owner: string;
  readonly password: string;
  /** What clients get in their secret. */
  readonly url: string;
  readonly sql: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
}

interface Page {
  readonly [resource: string]: { readonly inputs: Readonly<Record<string, unknown>> } | undefined;
}

/** Reads the reviewed page of the web platform. */
export function renderedDatabase(): Rendered {
  const file = join(__dirname, "../golden/stacks/web-platform.yaml");
  const page = parse(readFileSync(file, "utf8")) as Page;
  const inputs = (resource: string) => page[resource]?.inputs ?? {};
  const secret = inputs("kubernetes:core/v1:Secret ai-platform-backend-environment")["stringData"] as Record<
    string,
    string
  >;
  const { bootstrap, postgresql } = inputs("kubernetes:postgresql.cnpg.io/v1:Cluster ai-platform-database")["spec"] as {
    bootstrap: { initdb: { database: string; owner: string; postInitApplicationSQL: string[] } };
    postgresql: { parameters: Record<string, string> };
  };
  const { database, owner, postInitApplicationSQL } = bootstrap.initdb;
  return {
    name: database,
    owner,
    password: secret["database-password"] ?? "",
    url: secret["database-url"] ?? "",
    sql: postInitApplicationSQL,
    parameters: postgresql.parameters,
  };
}

export interface PostgresMachinery {
  readonly network: PodNetwork;
  /** Folder for the volume and logs. */
  readonly folder: string;
  /** Where PostgreSQL lies, and its programs below it. */
  readonly postgres: { readonly root: string; readonly programs: string };
  readonly certificate: Readonly<Record<string, string>>;
}

/** One server of the database in a pod, with the settings of the stack. The operator's part, its first start, is done here. */
export class PostgresServer {
  readonly pod: Pod;
  private readonly programs: string;
  private readonly rendered: Rendered;

  constructor(host: string, rendered: Rendered, { network, folder, postgres, certificate }: PostgresMachinery) {
    this.rendered = rendered;
    this.programs = `/image/${postgres.programs}`;
    this.pod = new Pod(
      {
        name: "ai-platform-database-1",
        service: host,
        user: USER,
        programs: postgres.root,
        files: { "/run/tls": certificate, "/run/ca/database": { "ca.crt": certificate["ca.crt"] ?? "" } },
        containers: { postgres: ["sh", "-c", this.startScript()] },
      },
      network,
      join(folder, "ai-platform-database-1"),
    );
  }

  /** Runs what the operator runs once, on an empty volume: role, database, and the stack's own statements. */
  async bootstrap(): Promise<void> {
    const { name, owner, password, sql } = this.rendered;
    await this.asSuperuser("postgres", `CREATE ROLE ${owner} LOGIN PASSWORD '${password}'`);
    await this.asSuperuser("postgres", `CREATE DATABASE ${name} OWNER ${owner}`);
    for (const statement of sql) await this.asSuperuser(name, statement);
  }

  async start(): Promise<void> {
    await this.pod.start();
    const answers = [`${this.programs}/pg_isready`, "-h", "/tmp"];
    await eventually(
      "an answer to pg_isready",
      () => this.pod.exec(answers),
      ({ code }) => code === 0,
    );
  }

  /** Runs a statement as a client that has nothing but the URL of its secret. */
  async asClient(statement: string, url = this.rendered.url): Promise<RunResult> {
    return this.psql(url, statement);
  }

  async asSuperuser(database: string, statement: string): Promise<string> {
    const { code, stdout, stderr } = await this.psql(`postgresql://${SUPERUSER}@/${database}?host=/tmp`, statement);
    if (code !== 0) throw new Error(`${statement}\n${stderr}`);
    return stdout.trim();
  }

  private psql(url: string, statement: string): Promise<RunResult> {
    return this.pod.exec([`${this.programs}/psql`, "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", url, "-c", statement]);
  }

  private startScript(): string {
    const settings = {
      ...this.rendered.parameters,
      listen_addresses: "*",
      unix_socket_directories: "/tmp",
      ssl: "on",
      ssl_cert_file: "/run/tls/tls.crt",
      ssl_key_file: "/run/tls/tls.key",
    };
    const options = Object.entries(settings).map(([key, value]) => `-c ${key}='${value}'`);
    return [
      "set -eu",
      "if [ ! -s $DATA/PG_VERSION ]; then",
      `  $BIN/initdb -D $DATA -U ${SUPERUSER} --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --locale=C`,
      "  echo 'hostssl all all all scram-sha-256' >> $DATA/pg_hba.conf",
      "fi",
      `exec $BIN/postgres -D $DATA ${options.join(" ")}`,
    ]
      .join("\n")
      .replaceAll("$DATA", DATA)
      .replaceAll("$BIN", this.programs);
  }
}
