import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { exists } from "../../rehearsal/files.ts";
import { attempt, run } from "../../rehearsal/process.ts";

/** Programs that are called by name inside a pod. */
const PROGRAMS = ["redis-server", "redis-sentinel", "redis-cli"];
/** Debian's packages that hold them, and the libraries that a minimal system lacks. */
const PACKAGES = ["redis-sentinel", "redis-server", "redis-tools", "libjemalloc2", "liblzf1"];

/** Where programs lie: `/` when the system has them, otherwise a folder that holds unpacked packages. */
export async function redisRoot(): Promise<string> {
  const installed = await Promise.all(PROGRAMS.map((program) => exists(join("/usr/bin", program))));
  if (installed.every(Boolean)) return "/";
  const cache =
    process.env["AI_PLATFORM_CACHE"] ?? join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "ai-platform");
  const root = join(cache, "debian", PACKAGES[0] ?? "");
  if (!(await exists(root))) await unpack(root);
  return root;
}

async function unpack(root: string): Promise<void> {
  const staging = `${root}.${process.pid}`;
  process.stderr.write(`Redis is not installed: unpacking ${PACKAGES.join(", ")} into ${root} ...\n`);
  await mkdir(staging, { recursive: true });
  try {
    await download(staging);
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
async function download(folder: string): Promise<void> {
  const fetch = () => attempt("apt-get", ["download", ...PACKAGES], { cwd: folder });
  if ((await fetch()).code === 0) return;
  await attempt("apt-get", ["update"]);
  const second = await fetch();
  if (second.code === 0) return;
  throw new Error(
    `Redis was found neither in /usr/bin nor with apt-get:\n${second.stderr}\n` +
      `Install ${PROGRAMS.join(", ")} in /usr/bin and run the drill again.`,
  );
}
