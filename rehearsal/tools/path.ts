import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

import { attempt } from "../process.ts";
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

/** Runs a program and reads its version; undefined when it does not run or says nothing that looks like one. */
export async function versionOf(tool: Pick<Tool, "asksVersion">, path: string): Promise<string | undefined> {
  const result = await attempt(path, tool.asksVersion).catch(() => undefined);
  return result?.code === 0 ? versionIn(result.stdout + result.stderr) : undefined;
}

/** The tool on PATH when it is new enough, else undefined. */
export async function onPath(tool: Tool, path?: string): Promise<Found | undefined> {
  const file = await which(tool.name, path);
  if (file === undefined) return undefined;
  const version = await versionOf(tool, file);
  return version !== undefined && accepts(tool, version) ? { path: file, version } : undefined;
}
