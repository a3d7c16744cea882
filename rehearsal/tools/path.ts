import { access, constants, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";

import { attempt } from "../process.ts";
import { cacheFolder } from "./cache.ts";
import type { Tool } from "./table.ts";
import { accepts, versionIn } from "./versions.ts";

/** A program on this machine and the version it reports. */
export interface Found {
  readonly path: string;
  readonly version: string;
}

/** The first program of that name on a PATH-like list of folders. */
export async function which(name: string, path = process.env.PATH ?? ""): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter(Boolean)) {
    const file = join(folder, name);
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return file;
  }
  return undefined;
}

/**
 * The version a program reports; undefined when it does not run or says nothing that looks like one. A program is asked once:
 * what it said is kept until its file changes, for every command needs all of them.
 */
export async function versionOf(tool: Pick<Tool, "asksVersion">, path: string): Promise<string | undefined> {
  const { asksVersion } = tool;
  if (asksVersion === undefined) return undefined;
  const file = await stat(path).catch(() => undefined);
  if (file === undefined) return undefined;
  const folder = join(cacheFolder(), "versions");
  const place = join(folder, [file.dev, file.ino, file.size, file.mtimeMs].join("-"));
  const kept = await readFile(place, "utf8").catch(() => undefined);
  if (kept) return kept;
  const version = await ask(asksVersion, path);
  if (version === undefined) return undefined;
  await mkdir(folder, { recursive: true });
  await writeFile(place, version);
  return version;
}

async function ask(asksVersion: readonly string[], path: string): Promise<string | undefined> {
  const result = await attempt(path, asksVersion).catch(() => undefined);
  return result?.code === 0 ? versionIn(result.stdout + result.stderr) : undefined;
}

/** The tool on PATH when it is new enough, else undefined. */
export async function onPath(tool: Tool, path?: string): Promise<Found | undefined> {
  const file = await which(tool.name, path);
  if (file === undefined) return undefined;
  const version = await versionOf(tool, file);
  return version !== undefined && accepts(tool, version) ? { path: file, version } : undefined;
}
