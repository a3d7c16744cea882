import { createHash } from "node:crypto";
import { chmod, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

import type { Note } from "../progress.ts";
import { run } from "../process.ts";
import type { Release } from "./table.ts";

/** How long a download host may take to answer at all before it counts as out of reach, in milliseconds. */
const reachableWithin = 3_000;
/** A download that delivers nothing for this long has failed, in milliseconds. */
const stalledAfter = 30_000;

const answers = new Map<string, Promise<boolean>>();

/** Whether a host answers; asked once per host and run. */
export function reachable(url: string): Promise<boolean> {
  const { origin } = new URL(url);
  const known = answers.get(origin);
  if (known !== undefined) return known;
  const answer = fetch(origin, {
    method: "HEAD",
    redirect: "manual",
    signal: AbortSignal.timeout(reachableWithin),
  }).then(
    () => true,
    () => false,
  );
  answers.set(origin, answer);
  return answer;
}

/** Downloads an official release, checks its SHA-256 and puts its programs into a folder. */
export async function download(name: string, release: Release, folder: string, note: Note): Promise<void> {
  const file = basename(new URL(release.url).pathname);
  note(`downloading ${file}`);
  const checksums = new TextDecoder().decode(await body(release.checksums, () => undefined));
  const expected = checksumOf(file, checksums);
  if (expected === undefined) throw new Error(`${release.checksums} holds no SHA-256 of ${file}`);
  const bytes = await body(release.url, (mebibytes) => {
    note(`downloading ${file}, ${mebibytes.toFixed(0)} MiB`);
  });
  const actual = createHash("sha256").update(bytes).digest("hex");
  if (actual !== expected) {
    throw new Error(`${release.url} has SHA-256 ${actual}, but ${release.checksums} says ${expected}`);
  }
  if (release.folder === undefined) {
    await writeFile(join(folder, name), bytes);
    await chmod(join(folder, name), 0o755);
  } else {
    await unpack(bytes, file, release.folder, folder);
  }
}

/** The SHA-256 of a file in `<sha256>  <file>` lines, a bare hash, or a GitHub release in JSON. */
export function checksumOf(file: string, checksums: string): string | undefined {
  if (checksums.trimStart().startsWith("{")) {
    const { assets } = JSON.parse(checksums) as { assets?: { name: string; digest?: string }[] };
    return assets?.find((asset) => asset.name === file)?.digest?.replace(/^sha256:/, "");
  }
  const lines = checksums.split("\n").map((text) => text.trim().split(/\s+\*?/));
  const [hash] = lines.find((words) => words[1] === file) ?? lines.find((words) => words.length === 1) ?? [];
  return hash !== undefined && /^[0-9a-f]{64}$/.test(hash) ? hash : undefined;
}

async function unpack(archive: Uint8Array, file: string, inside: string, folder: string): Promise<void> {
  const scratch = join(folder, ".unpack");
  await mkdir(scratch);
  await writeFile(join(scratch, file), archive);
  await run("tar", ["-xf", file], { cwd: scratch }); // macOS's tar reads zip too, and only macOS gets zip
  await rm(join(scratch, file));
  for (const entry of await readdir(join(scratch, inside))) {
    await rename(join(scratch, inside, entry), join(folder, entry));
  }
  await rm(scratch, { recursive: true });
}

async function body(url: string, received: (mebibytes: number) => void): Promise<Uint8Array> {
  const stalled = new AbortController();
  let timer = setTimeout(() => {
    stalled.abort();
  }, stalledAfter);
  try {
    const response = await fetch(url, { signal: stalled.signal });
    if (!response.ok || response.body === null) throw new Error(`${url} answered ${response.status}`);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body as ReadableStream<Uint8Array>) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        stalled.abort();
      }, stalledAfter);
      chunks.push(chunk);
      size += chunk.length;
      received(size / 2 ** 20);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (stalled.signal.aborted) throw new Error(`${url} sent nothing for ${stalledAfter / 1000} s`);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
