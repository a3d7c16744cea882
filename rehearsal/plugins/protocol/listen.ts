import { spawn } from "node:child_process";
import * as grpc from "@grpc/grpc-js";

/**
 * Runs `server` as a plugin process: listens on a free port of 127.0.0.1, prints the port as the engine expects, and ends with
 * the engine.
 *
 * @param beforeEnd stops what the plugin has started
 */
export async function listen(server: grpc.Server, beforeEnd: () => void | Promise<void>): Promise<void> {
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  const end = async () => {
    await beforeEnd();
    server.forceShutdown();
    process.exit(0);
  };
  process.on("SIGTERM", () => void end());
  // The engine's way to end a plugin; a plugin has its own process group, so that the user's Ctrl-C does not reach it.
  process.on("SIGINT", () => void end());
  // The other end of standard input is the engine's: it closes however the engine ends.
  process.stdin.on("end", () => void end()).resume();
  endChildrenWithPlugin();
  process.stdout.write(`${port}\n`);
}

/**
 * Kills what the plugin has started as soon as the plugin is gone, even if it was killed: a Helm that went on would undo
 * what the next run does. A shell waits for the end of a pipe from the plugin, then kills the plugin's process group,
 * which the engine made for it; a plugin that leads no group, as in a test, has none to kill.
 */
function endChildrenWithPlugin(): void {
  // The engine interrupts the whole group to end a plugin; the shell has to outlive that.
  const script = 'trap "" INT; read -r line; kill -KILL "-$0"';
  spawn("/bin/sh", ["-c", script, String(process.pid)], { stdio: ["pipe", "ignore", "ignore"] });
}
