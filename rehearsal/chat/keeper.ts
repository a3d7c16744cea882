/**
 * Ends the servers of a chat once the chat's process has gone, however it went. Standard input names them, one
 * `<signal> <process id>` a line; when it closes, each gets its signal, and then their folder is removed.
 */
import { rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

import { alive, kill } from "../process.ts";

/** How long a server may take to end politely, and then to be gone, in milliseconds. */
const patience = { end: 5_000, kill: 5_000 };

const [folder = ""] = process.argv.slice(2);
const servers: { readonly signal: NodeJS.Signals; readonly pid: number }[] = [];
// A terminal that is closed or interrupted reaches the chat, whose end reaches this.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);

for await (const line of createInterface(process.stdin)) {
  const [signal, pid] = line.split(" ");
  servers.push({ signal: signal as NodeJS.Signals, pid: Number(pid) });
}
// The last one first: the gateway hands its records to the stores before they leave.
for (const { pid, signal } of servers.reverse()) {
  kill(pid, signal);
  if (await isGone(pid, patience.end)) continue;
  kill(pid, "SIGKILL");
  await isGone(pid, patience.kill);
}
await rm(folder, { recursive: true, force: true });

async function isGone(pid: number, within: number): Promise<boolean> {
  const deadline = Date.now() + within;
  while (alive(pid)) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}
