import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { exists } from "../../rehearsal/files.ts";
import { attempt, run } from "../../rehearsal/process.ts";

/** Programs of a server, and Debian's packages that hold them with the libraries that a minimal system lacks. */
interface Server {
  readonly name: string;
  /** Whether the system has them. */
  readonly isInstalled: () => Promise<boolean>;
  readonly packages: readonly [string, ...string[]];
}

const redis: Server = {
  name: "Redis",
  isInstalled: async () => {
    const programs = ["redis-server", "redis-sentinel", "redis-cli"].map((program) => exists(`/usr/bin/${program}`));
    return (await Promise.all(programs)).every(Boolean);
  },
  packages: ["redis-sentinel", "redis-server", "redis-tools", "libjemalloc2", "liblzf1"],
};

const postgres: Server = {
  name: "PostgreSQL",
  isInstalled: async () => (await postgresVersions("/")).length > 0,
  packages: ["postgresql-15", "postgresql-client-15", "libpq5", "libllvm14", "libxslt1.1", "libz3-4", "libedit2"],
};

/** Where the programs of Redis lie: `/` when the system has them, otherwise a folder that holds unpacked packages. */
export async function redisRoot(): Promise<string> {
  return rootOf(redis);
}

/** The same of PostgreSQL, and the folder of its programs below it. */
export async function postgresRoot(): Promise<{ readonly root: string; readonly programs: string }> {
  const root = await rootOf(postgres);
  const newest = (await postgresVersions(root)).at(-1);
  if (newest === undefined) throw new Error(`${root} holds no PostgreSQL.`);
  return { root, programs: `usr/lib/postgresql/${newest}/bin` };
}

/** Ascending. */
async function postgresVersions(root: string): Promise<string[]> {
  const versions = await readdir(join(root, "usr/lib/postgresql")).catch(() => []);
  return versions.sort((a, b) => Number(a) - Number(b));
}

async function rootOf(server: Server): Promise<string> {
  if (await server.isInstalled()) return "/";
  const cache =
    process.env["AI_PLATFORM_CACHE"] ?? join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "ai-platform");
  const root = join(cache, "debian", server.packages[0]);
  if (!(await exists(root))) await unpack(server, root);
  return root;
}

async function unpack(server: Server, root: string): Promise<void> {
  const staging = `${root}.${process.pid}`;
  process.stderr.write(`${server.name} is not installed: unpacking ${server.packages.join(", ")} into ${root} ...\n`);
  await mkdir(staging, { recursive: true });
  try {
    await download(server, staging);
    for (const archive of (await readdir(staging)).filter((name) => name.endsWith(".deb"))) {
      await run("dpkg", ["-x", join(staging, archive), staging]);
      await rm(join(staging, archive));
    }
    await rename(staging, root);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** The lists of packages may be older than the mirror's packages, or absent: then they are fetched first. */
async function download({ name, packages }: Server, folder: string): Promise<void> {
  const fetch = () => attempt("apt-get", ["download", ...packages], { cwd: folder });
  if ((await fetch()).code === 0) return;
  await attempt("apt-get", ["update"]);
  const second = await fetch();
  if (second.code === 0) return;
  throw new Error(
    `${name} was found neither where Debian puts it nor with apt-get:\n${second.stderr}\n` +
      `Install the packages ${packages.join(", ")} and run the drill again.`,
  );
}
