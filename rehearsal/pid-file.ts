import { writeFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { attempt, commandLine, kill, type RunOptions, type RunResult } from "./process.ts";
import { step } from "./progress.ts";

/** How long a command may take to end itself before it is killed, and then to be gone, in milliseconds. */
const patience = { end: 30_000, kill: 10_000 };

/** What a pid file says of a process, with the end of its command line or all of it. The number alone would mean somebody else's process after a reboot. */
export function pidFileText(pid: number, commandLine: string): string {
  return `${pid} ${commandLine}`;
}

/** The process that a pid file names; undefined when there is no such file, or the process has ended. */
export async function processIn(file: string): Promise<number | undefined> {
  const text = await readFile(file, "utf8").catch(() => "");
  const [, pid, end = ""] = /^(\d+) ?(.*)$/s.exec(text) ?? [];
  if (pid === undefined) return undefined;
  const line = await commandLine(Number(pid));
  return line !== "" && line.endsWith(end.trim()) ? Number(pid) : undefined;
}

/** Runs a command to its end and names it in a file meanwhile: should this process be killed, a later one can end it. */
export async function attemptNamed(
  pidFile: string,
  file: string,
  args: readonly string[],
  options: RunOptions,
): Promise<RunResult> {
  const onStart = (pid: number) => {
    try {
      writeFileSync(pidFile, pidFileText(pid, args.join(" ")));
    } catch (error) {
      kill(pid, "SIGTERM");
      throw error;
    }
  };
  try {
    return await attempt(file, args, { ...options, onStart });
  } finally {
    await rm(pidFile, { force: true });
  }
}

/**
 * Ends the command that {@link attemptNamed} of a killed process left running: politely, so that it can save what it
 * knows, and by force when it does not end. Does nothing when there is none.
 * @throws Error when the command does not even end by force
 */
export async function endNamed(pidFile: string, name: string): Promise<void> {
  const pid = await processIn(pidFile);
  if (pid !== undefined) {
    await step(`${name} of a killed run ended`, async (note) => {
      kill(pid, "SIGTERM");
      if (await isGone(pidFile, patience.end)) return;
      note("by force");
      kill(pid, "SIGKILL");
      if (await isGone(pidFile, patience.kill)) return;
      throw new Error(
        `Process ${pid} (${name}) of a killed run does not end. End it, then run the same command again.`,
      );
    });
  }
  await rm(pidFile, { force: true });
}

async function isGone(pidFile: string, within: number): Promise<boolean> {
  const deadline = Date.now() + within;
  while ((await processIn(pidFile)) !== undefined) {
    if (Date.now() > deadline) return false;
    await sleep(50);
  }
  return true;
}
