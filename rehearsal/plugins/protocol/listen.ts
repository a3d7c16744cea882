import * as grpc from "@grpc/grpc-js";

/** How often a plugin looks whether its engine is still there, in milliseconds. */
const WATCH_INTERVAL = 1000;

/**
 * Runs `server` as a plugin process: listens on a free port of 127.0.0.1, prints the port as the engine expects, and ends with
 * the engine.
 *
 * @param beforeEnd stops what the plugin has started
 */
export async function listen(server: grpc.Server, beforeEnd: () => void): Promise<void> {
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  const end = () => {
    beforeEnd();
    server.forceShutdown();
    process.exit(0);
  };
  process.on("SIGTERM", end);
  // The engine's way to end a plugin; a plugin has its own process group, so that the user's Ctrl-C does not reach it.
  process.on("SIGINT", end);
  endWithParent(end);
  process.stdout.write(`${port}\n`);
}

/** An engine that was killed cannot end its plugins. */
function endWithParent(end: () => void): void {
  const parent = process.ppid;
  const watch = () => {
    if (process.ppid !== parent) end();
  };
  setInterval(watch, WATCH_INTERVAL).unref();
}
