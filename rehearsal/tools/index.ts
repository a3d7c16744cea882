import { join } from "node:path";

import { exists } from "../files.ts";
import { step, type Note } from "../progress.ts";
import { build } from "./build.ts";
import { cacheFolder, fillFolder } from "./cache.ts";
import { download, reachable } from "./download.ts";
import { withLock } from "./lock.ts";
import { onPath, versionOf } from "./path.ts";
import { type Tool, type ToolName, thisPlatform, tools } from "./table.ts";

export { cacheFolder } from "./cache.ts";
export type { ToolName } from "./table.ts";

/** Where a tool came from. */
interface Located {
  readonly path: string;
  readonly source: string;
}

/**
 * Finds or makes tools and returns the path of each: from PATH when new enough, else from the cache, else the official
 * download, else built from its pinned Go module. One tool at a time, since each build uses every core; what is finished
 * stays finished, so an interrupted call continues where it stopped.
 */
export async function ensureTools<Name extends ToolName>(names: readonly Name[]): Promise<Record<Name, string>> {
  const bin = join(cacheFolder(), "bin");
  const paths: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const tool: Tool = tools[name];
    const present = (await located(tool, bin)) ?? (await obtain(tool, bin));
    paths[name] = present.path;
  }
  return paths as Record<Name, string>;
}

/** The tool on PATH or in the cache, without making anything. */
export async function located(tool: Tool, bin: string): Promise<Located | undefined> {
  const found = await onPath(tool);
  if (found !== undefined) return { path: found.path, source: `on PATH, ${found.path}` };
  const path = join(folderOf(tool, bin), tool.name);
  return (await isIntact(tool, path)) ? { path, source: "in the cache" } : undefined;
}

function obtain(tool: Tool, bin: string): Promise<Located> {
  return step(
    `${tool.name} ${tool.version}`,
    (note) =>
      withLock(join(bin, ".lock"), async () => {
        const meanwhile = await located(tool, bin);
        return meanwhile ?? (await make(tool, bin, note));
      }),
    ({ source }) => source,
  );
}

async function make(tool: Tool, bin: string, note: Note): Promise<Located> {
  const folder = folderOf(tool, bin);
  const release = tool.release(thisPlatform());
  const failures: string[] = [];
  const ways = [
    ...(release !== undefined && (await reachable(release.url))
      ? [{ source: "official download", fill: (to: string) => download(tool.name, release, to, note) }]
      : []),
    { source: "built from its Go module", fill: (to: string) => build(tool, to, note) },
  ];
  for (const { source, fill } of ways) {
    try {
      await fillFolder(folder, async (scratch) => {
        await fill(scratch);
        await verify(tool, join(scratch, tool.name));
      });
      return { path: join(folder, tool.name), source };
    } catch (error) {
      failures.push(`${source}: ${(error as Error).message}`);
      note(`${source} failed, trying the next way`);
    }
  }
  throw new Error(`${tool.name} ${tool.version} cannot be had on this machine:\n  ${failures.join("\n  ")}`);
}

/** A tool that cannot say its version lies in a folder that names it. */
async function isIntact(tool: Tool, path: string): Promise<boolean> {
  return tool.asksVersion === undefined ? exists(path) : (await versionOf(tool, path)) === tool.version;
}

async function verify(tool: Tool, path: string): Promise<void> {
  if (tool.asksVersion === undefined) return;
  const version = await versionOf(tool, path);
  if (version !== tool.version) {
    throw new Error(`it reports version ${version ?? "nothing"}, expected ${tool.version}`);
  }
}

function folderOf(tool: Tool, bin: string): string {
  return join(bin, `${tool.name}-${tool.version}`);
}
