import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Recorded, type Registered } from "./mocks";

const ROOT = resolve(__dirname, "../..");
/** Everything that decides what a stack file comes to. */
const SOURCES = ["components", "index.ts", "package-lock.json", "apps/backend/src", "tests/support"];

let sources: string | undefined;

/** What a run of the program came to, from an earlier test if nothing has changed since. */
export async function kept(input: string, run: () => Promise<Recorded>): Promise<Recorded> {
  sources ??= hash(...SOURCES.flatMap(filesBelow).map((file) => file + readFileSync(join(ROOT, file), "utf8")));
  const folder = join(tmpdir(), "ai-platform-recordings");
  const file = join(folder, `${hash(sources, input)}.json`);
  const known = read(file);
  if (known) return new Recorded(known);
  const recorded = await run();
  mkdirSync(folder, { recursive: true });
  // Test files run side by side: each sees a whole recording or none.
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(recorded.resources));
  renameSync(`${file}.${process.pid}`, file);
  return recorded;
}

function read(file: string): Registered[] | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Registered[];
  } catch {
    return undefined;
  }
}

function filesBelow(path: string): string[] {
  if (path.includes(".")) return [path];
  return readdirSync(join(ROOT, path), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(ts|py)$/.test(file))
    .map((file) => join(path, file))
    .sort();
}

function hash(...texts: readonly string[]): string {
  const sum = createHash("sha256");
  for (const text of texts) sum.update(text).update("\0");
  return sum.digest("hex");
}
