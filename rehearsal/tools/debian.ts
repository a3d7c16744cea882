import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
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
  /** The release of Debian that they are from. Only for packages that go onto nothing. @default that of this machine */
  readonly release?: "bookworm" | "trixie";
}

/** apt's own user cannot write into root's cache. */
const asRoot = ["APT::Sandbox::User=root"];

/** A package as apt names it: `redis-tools=5:7.0.15-1~deb12u10`. */
type ExactPackage = string;

/**
 * The folder with the unpacked files of a set of packages, fetched from the machine's own mirror on first use.
 * Nothing is installed and no maintainer script runs, so no service starts and no root is needed.
 */
export async function unpackPackages(set: PackageSet, note: Note): Promise<string> {
  const home = join(cacheFolder(), "debian", set.release ?? (await machineRelease()));
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
async function machineRelease(): Promise<string> {
  const text = await readFile("/etc/os-release", "utf8").catch(() => "");
  const name = /^VERSION_CODENAME=(\S+)$/m.exec(text)?.[1];
  if (name === undefined || (await which("apt-get")) === undefined || (await which("dpkg-deb")) === undefined) {
    throw new Error("this machine has no apt-get: only Debian and its relatives have packages to unpack");
  }
  return name;
}

/** The machine's lists of packages may be absent or too old: then newer ones are fetched, beside them. */
async function fetchPackages(set: PackageSet, folder: string, note: Note): Promise<void> {
  const failures: string[] = [];
  const own = async () => {
    const options = await ownLists(set.release);
    note("fetching the lists of packages");
    await attempt("apt-get", [...options, "update"]);
    return options;
  };
  const machines = set.release === undefined || set.release === (await machineRelease());
  for (const lists of machines ? [async () => [], own] : [own]) {
    const options = await lists();
    const wanted = await resolve(set, options);
    const result = wanted instanceof Error ? wanted : await downloadInto(folder, wanted, options, note);
    if (result === undefined) return;
    failures.push(result.message);
  }
  throw new Error(`the packages ${set.packages.join(", ")} cannot be had with apt-get:\n  ${failures.join("\n  ")}`);
}

/** Options with which apt keeps lists of its own: of the machine's sources, or of another release. */
async function ownLists(release: PackageSet["release"]): Promise<string[]> {
  const folder = join(cacheFolder(), "debian", `apt-${release ?? "machine"}`);
  await mkdir(join(folder, "lists", "partial"), { recursive: true });
  await mkdir(join(folder, "cache"), { recursive: true });
  const places = [`Dir::State::Lists=${join(folder, "lists")}`, `Dir::Cache=${join(folder, "cache")}`];
  if (release !== undefined) {
    await writeFile(join(folder, "sources.list"), await sourcesOf(release));
    places.push(`Dir::Etc::SourceList=${join(folder, "sources.list")}`, "Dir::Etc::SourceParts=-");
  }
  return [...places, ...asRoot].flatMap((place) => ["-o", place]);
}

/** A release at the mirror that this machine uses, checked with Debian's own keys. */
async function sourcesOf(release: string): Promise<string> {
  const format = ["--format", "$(REPO_URI)", "Created-By: Packages"];
  const { stdout } = await attempt("apt-get", ["indextargets", ...format]);
  const mirror = stdout.split("\n").find((uri) => /\/debian\/?$/.test(uri)) ?? "http://deb.debian.org/debian/";
  const key = "/usr/share/keyrings/debian-archive-keyring.gpg";
  if (!(await exists(key)))
    throw new Error(`packages of Debian ${release} are checked with ${key}, which is not there`);
  return `deb [signed-by=${key}] ${mirror} ${release} main\n`;
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
    const options = [...lists, ...asRoot.flatMap((place) => ["-o", place])];
    const result = await attempt("apt-get", [...options, "download", ...packages], { cwd: folder });
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
