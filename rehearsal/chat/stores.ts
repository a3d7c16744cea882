import { chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";

import { attempt, run } from "../process.ts";
import { copyOutOfCache, type Programs } from "./programs.ts";
import type { Servers } from "./server.ts";

/** A store that listens on 127.0.0.1, and the file with its password. */
export interface Store {
  readonly port: number;
  readonly passwordFile: string;
}

/** The superuser of the database `postgres`. */
export const postgresUser = "gateway";

/** Starts an empty PostgreSQL. */
export async function startPostgres(
  servers: Servers,
  { port, passwordFile }: Store,
  installed: Programs,
): Promise<void> {
  const home = join(servers.folder, "postgres");
  await mkdir(home);
  const user = await unprivileged();
  const { folder, env } = user === undefined ? installed : await copyOutOfCache(installed, home);
  const as = user === undefined ? {} : { user };
  const data = join(home, "data");
  await mkdir(data, { mode: 0o700 });
  if (user !== undefined) await Promise.all([home, data, passwordFile].map((path) => chown(path, user, user)));
  const shared = { env: { ...process.env, ...env }, cwd: "/" };
  const line = ["-D", data, "-U", postgresUser, "-E", "UTF8", "--locale=C", "--auth=scram-sha-256", "--no-sync"];
  await run(join(folder, "initdb"), [...line, `--pwfile=${passwordFile}`], { ...shared, ...as });
  // It is gone with the chat: waiting for the disk would protect nothing.
  const settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "full_page_writes=off"];
  await servers.start({
    name: "postgres",
    file: join(folder, "postgres"),
    args: ["-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])],
    env,
    ...as,
    endsOn: "SIGINT",
    ready: async () =>
      (await attempt(join(folder, "pg_isready"), ["-q", "-h", "127.0.0.1", "-p", String(port)], shared)).code === 0,
  });
}

/** Starts an empty Redis. */
export async function startRedis(servers: Servers, { port, passwordFile }: Store, programs: Programs): Promise<void> {
  const configuration = join(servers.folder, "redis.conf");
  const lines = ["bind 127.0.0.1", `port ${port}`, `requirepass ${await readFile(passwordFile, "utf8")}`, 'save ""'];
  await writeFile(configuration, lines.join("\n"), { mode: 0o600 });
  await servers.start({
    name: "redis",
    file: join(programs.folder, "redis-server"),
    args: [configuration],
    env: programs.env,
    endsOn: "SIGTERM",
    ready: () => accepts(port),
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    }).on("error", () => resolve(false));
  });
}

/** PostgreSQL refuses to run as root: then the account for everything that owns nothing. */
async function unprivileged(): Promise<number | undefined> {
  return process.getuid?.() === 0 ? Number(await run("id", ["-u", "nobody"])) : undefined;
}
