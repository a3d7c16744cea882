import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import { exists } from "../files.ts";
import { attempt, run } from "../process.ts";
import type { Note } from "../progress.ts";
import { cacheFolder, fillFolder } from "./cache.ts";
import { withLock } from "./lock.ts";
import { which } from "./path.ts";

/** Debian packages whose files are wanted, with everything they depend on. */
export interface PackageSet {
  /** Names their folder in the cache. */
  readonly name: string;
  readonly packages: readonly string[];
  /** What need not be unpacked because it is there: the packages of this machine, or nothing, as in an image. */
  readonly onto: "machine" | "nothing";
}

/** A package as apt names it: `redis-tools=5:7.0.15-1~deb12u10`. */
type ExactPackage = string;

/**
 * The folder with the unpacked files of a set of packages, fetched from the machine's own mirror on first use.
 * Nothing is installed and no maintainer script runs, so no service starts and no root is needed.
 */
export async function unpackPackages(set: PackageSet, note: Note): Promise<string> {
  const home = join(cacheFolder(), "debian", await release());
  const folder = join(home, set.name);
  if (await exists(folder)) return folder;
  await withLock(join(home, ".lock"), async () => {
    if (await exists(folder)) return;
    await fillFolder(folder, async (scratch) => {
      await fetchPackages(set, scratch, note);
      await unpack(scratch, note);
    });
  });
  return folder;
}

/** Packages of one release do not fit another one's libraries. */
async function release(): Promise<string> {
  const text = await readFile("/etc/os-release", "utf8").catch(() => "");
  const name = /^VERSION_CODENAME=(\S+)$/m.exec(text)?.[1];
  if (name === undefined || (await which("apt-get")) === undefined || (await which("dpkg-deb")) === undefined) {
    throw new Error("this machine has no apt-get: only Debian and its relatives have packages to unpack");
  }
  return name;
}

/** The machine's lists of packages may be absent or too old: then newer ones are fetched beside them. */
async function fetchPackages(set: PackageSet, folder: string, note: Note): Promise<void> {
  const failures: string[] = [];
  for (const lists of [[], await ownLists()]) {
    if (lists.length > 0) {
      note("fetching the lists of packages");
      await attempt("apt-get", [...lists, "update"]);
    }
    const wanted = await resolve(set, lists);
    const result = wanted instanceof Error ? wanted : await downloadInto(folder, wanted, lists, note);
    if (result === undefined) return;
    failures.push(result.message);
  }
  throw new Error(`the packages ${set.packages.join(", ")} cannot be had with apt-get:\n  ${failures.join("\n  ")}`);
}

async function ownLists(): Promise<string[]> {
  const folder = join(cacheFolder(), "debian", "apt");
  await mkdir(join(folder, "lists", "partial"), { recursive: true });
  await mkdir(join(folder, "cache"), { recursive: true });
  return ["-o", `Dir::State::Lists=${join(folder, "lists")}`, "-o", `Dir::Cache=${join(folder, "cache")}`];
}

async function resolve(set: PackageSet, lists: readonly string[]): Promise<readonly ExactPackage[] | Error> {
  const installed = set.onto === "nothing" ? ["-o", "Dir::State::Status=/dev/null"] : [];
  const line = [...lists, ...installed, "--print-uris", "--yes", "--no-install-recommends", "--reinstall", "install"];
  const answer = await attempt("apt-get", [...line, ...set.packages]);
  if (answer.code !== 0) return new Error(answer.stderr.trim());
  return packagesIn(answer.stdout);
}

/** The packages in what `apt-get --print-uris` prints: `'http://.../a.deb' redis-tools_5%3a7.0.15-1_amd64.deb 991988 `. */
export function packagesIn(text: string): ExactPackage[] {
  return [...text.matchAll(/^'[^']+' ([^_\s]+)_([^_\s]+)_[^_\s]+\.deb /gm)].map(
    ([, name = "", version = ""]) => `${name}=${decodeURIComponent(version)}`,
  );
}

async function downloadInto(
  folder: string,
  packages: readonly ExactPackage[],
  lists: readonly string[],
  note: Note,
): Promise<Error | undefined> {
  const tell = () =>
    void archivesIn(folder).then(({ length }) => note(`downloading packages, ${length} of ${packages.length}`));
  const timer = setInterval(tell, 500);
  try {
    const asRoot = ["-o", "APT::Sandbox::User=root"]; // its own user cannot write into root's cache
    const result = await attempt("apt-get", [...lists, ...asRoot, "download", ...packages], { cwd: folder });
    return result.code === 0 ? undefined : new Error(result.stderr.trim());
  } finally {
    clearInterval(timer);
  }
}

async function unpack(folder: string, note: Note): Promise<void> {
  const archives = await archivesIn(folder);
  for (const [index, archive] of archives.entries()) {
    note(`unpacking packages, ${index + 1} of ${archives.length}`);
    await run("dpkg-deb", ["-x", join(folder, archive), folder]);
    await rm(join(folder, archive));
  }
}

async function archivesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith(".deb"));
}
