import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { say } from "../progress.ts";
import { alive } from "../process.ts";

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
    const holder = await holderOf(file);
    if (holder === undefined || !alive(holder)) {
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
  try {
    await writeFile(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function holderOf(file: string): Promise<number | undefined> {
  const text = await readFile(file, "utf8").catch(() => "");
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
