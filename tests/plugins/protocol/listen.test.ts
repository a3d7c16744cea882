import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { alive, commandLine } from "../../../rehearsal/process.ts";

let plugin: ChildProcess;
/** A program that runs in the plugin's process group, as a Helm that the plugin has started. */
let helper: number;

beforeEach(async () => {
  const start = `sleep 600 & echo $!; exec "$0" --disable-warning=ExperimentalWarning "${join(__dirname, "echo.mts")}" 127.0.0.1:1`;
  // The engine makes a process group for each plugin.
  plugin = spawn("/bin/sh", ["-c", start, process.execPath], { stdio: ["pipe", "pipe", "inherit"], detached: true });
  let said = "";
  for await (const text of (plugin.stdout ?? plugin.stdin) as AsyncIterable<Buffer>) {
    said += text.toString();
    if (/\n\d+\n$/.test(said)) break; // the helper's number, then the plugin's port
  }
  helper = parseInt(said);
});

afterEach(() => {
  for (const pid of [helper, plugin.pid ?? helper]) if (alive(pid)) process.kill(pid, "SIGKILL");
});

/** Ends with the test's time limit if the process does not. */
async function end(pid: number): Promise<void> {
  while ((await commandLine(pid)) !== "") await sleep(10);
}

test("a plugin that is killed takes along what it has started", async () => {
  plugin.kill("SIGKILL");
  await end(helper);
});

test("a plugin ends, and what it has started, when its engine is gone and closes its end of the pipe", async () => {
  plugin.stdin?.destroy();
  expect(await once(plugin, "exit")).toEqual([0, null]);
  await end(helper);
});
