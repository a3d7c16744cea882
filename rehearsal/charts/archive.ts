import { readFile, rename, writeFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { gunzipSync, gzipSync } from "node:zlib";
import { extract, pack } from "tar-stream";

/** Writes files (path to text) as a `.tgz` whose bytes depend on nothing but the files, and which appears complete or not at all. */
export async function writeArchive(path: string, files: ReadonlyMap<string, string>): Promise<void> {
  const tar = pack();
  for (const [name, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1)))
    tar.entry({ name, mtime: new Date(0), mode: 0o644 }, text);
  tar.finalize();
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, gzipSync(await buffer(tar)));
  await rename(unfinished, path);
}

/** Reads a `.tgz` back: path to text. */
export async function readArchive(path: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const tar = extract();
  tar.end(gunzipSync(await readFile(path)));
  for await (const entry of tar) files.set(entry.header.name, (await buffer(entry)).toString("utf8"));
  return files;
}
