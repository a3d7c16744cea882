import { randomUUID } from "node:crypto";
import { link, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { pidFileText, processIn } from "../pid-file.ts";
import { commandLine } from "../process.ts";
import { say } from "../progress.ts";

/** How often a waiting process looks again, in milliseconds. */
const interval = 500;

/**
 * Runs work while holding a lock file that names this process. A lock whose process is gone is taken over, so a killed
 * run never blocks the next one.
 * @param patience how long to wait for another process, in milliseconds; the longest cold build takes ten minutes
 */
export async function withLock<T>(file: string, work: () => Promise<T>, patience = 30 * 60_000): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const deadline = Date.now() + patience;
  let told = false;
  while (!(await take(file))) {
    const holder = await processIn(file);
    if (holder === undefined) {
      await rm(file, { force: true });
      continue;
    }
    if (Date.now() > deadline) {
      throw new Error(`Process ${holder} has held ${file} for ${patience / 60_000} minutes. End it and try again.`);
    }
    if (!told) say(`… waiting for process ${holder}, which is using ${dirname(file)}`);
    told = true;
    await sleep(interval);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  // The lock appears with its content: one without would look like one whose process is gone.
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeFile(draft, pidFileText(process.pid, await commandLine(process.pid)));
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
