import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** Where everything downloaded or built is kept. */
export function cacheFolder(): string {
  const { AI_PLATFORM_CACHE, XDG_CACHE_HOME } = process.env;
  return AI_PLATFORM_CACHE || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "ai-platform");
}

/**
 * Fills a folder all at once: `fill` works in a scratch folder that takes its final name only when it is complete.
 * An interrupted run leaves a scratch folder, which the next one removes.
 */
export async function fillFolder(folder: string, fill: (scratch: string) => Promise<void>): Promise<void> {
  const parent = join(folder, "..");
  await mkdir(parent, { recursive: true });
  for (const entry of await readdir(parent)) {
    if (entry.startsWith(".new-")) await rm(join(parent, entry), { recursive: true, force: true });
  }
  const scratch = await mkdtemp(join(parent, ".new-"));
  try {
    await fill(scratch);
    await rm(folder, { recursive: true, force: true });
    await rename(scratch, folder);
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw error;
  }
}
