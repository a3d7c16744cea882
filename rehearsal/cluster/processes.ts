import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { alive, commandLine, kill } from "../process.ts";

/** How long killed processes may take to go away, in milliseconds. */
const endWithin = 10_000;

/** One program of a control plane, as its pid file tells. */
export interface Component {
  readonly name: string;
  readonly pid: number;
}

/**
 * The control plane programs of a folder that run now. A pid file whose process is gone, or belongs to somebody else
 * because the number was given out again after a reboot, is removed.
 */
export async function runningComponents(folder: string): Promise<Component[]> {
  const running: Component[] = [];
  for (const component of await pidsIn(folder)) {
    if (await isOurs(component.pid, folder)) running.push(component);
    else await rm(join(folder, "pids", `${component.name}.pid`), { force: true });
  }
  return running;
}

/**
 * Ends every control plane program of a folder and returns when none is left. They are killed: asked politely, the API
 * server waits for every watch to close, and etcd's log survives a kill.
 */
export async function endComponents(folder: string): Promise<void> {
  const components = await runningComponents(folder);
  components.forEach(({ pid }) => {
    kill(pid, "SIGKILL");
  });
  const deadline = Date.now() + endWithin;
  while (components.some(({ pid }) => alive(pid))) {
    if (Date.now() > deadline) throw new Error(`${names(components)} did not end within ${endWithin / 1000} s`);
    await sleep(50);
  }
  await runningComponents(folder); // removes their pid files
}

/** True when a program that was started has ended: a control plane never recovers from that by itself. */
export async function someEnded(folder: string): Promise<boolean> {
  const started = (await pidsIn(folder)).filter(({ pid }) => Number.isInteger(pid)); // the others are being written
  const running = await Promise.all(started.map(({ pid }) => isOurs(pid, folder)));
  return running.includes(false);
}

/** The last lines of the log of each control plane program, for an error message. */
export async function lastWords(folder: string): Promise<string> {
  const logs = join(folder, "logs");
  const files = await readdir(logs).catch(() => []);
  const words = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(logs, file), "utf8");
      return `  ${join(logs, file)}:\n    ${text.trimEnd().split("\n").slice(-2).join("\n    ").slice(0, 600)}`;
    }),
  );
  return words.join("\n");
}

async function pidsIn(folder: string): Promise<Component[]> {
  const pids = join(folder, "pids");
  const files = (await readdir(pids).catch(() => [])).filter((name) => name.endsWith(".pid"));
  return Promise.all(
    files.map(async (file) => ({
      name: file.slice(0, -".pid".length),
      pid: Number((await readFile(join(pids, file), "utf8").catch(() => "")) || "NaN"),
    })),
  );
}

async function isOurs(pid: number, folder: string): Promise<boolean> {
  return Number.isInteger(pid) && (await commandLine(pid)).includes(folder);
}

function names(components: readonly Component[]): string {
  return components.map(({ name, pid }) => `${name} (process ${pid})`).join(", ");
}
