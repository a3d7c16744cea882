/** A real node for a control plane of its own: `node rehearsal/node/main.ts start --dir D`; see usage. */
import { parseArgs } from "node:util";

import { nodeImages } from "../images/node.ts";
import { platformImages } from "../images/platform.ts";
import { endOnSignal } from "../process.ts";
import { say, step } from "../progress.ts";
import { ensureTools } from "../tools/index.ts";
import { ensureNodePrograms, nodeObstacle, startNode, stopNode } from "./index.ts";

const usage = `node rehearsal/node/main.ts <start|stop> --dir <folder>
  start  adds a real node to the control plane that \`node rehearsal/cluster/main.ts start --dir <folder>\` made
  stop   ends it and removes what it kept; the control plane goes on without it`;

/** What a start says before it does anything. */
export const changes =
  "… the real node keeps to namespaces of its own; on this machine it adds one network link with two routes and one\n" +
  "  control group, and the kernel may load modules for it. Stopping it removes all but the modules.";

endOnSignal();
try {
  await main();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { dir: { type: "string" } } });
  const folder = values.dir;
  const verb = positionals[0];
  if (folder === undefined || (verb !== "start" && verb !== "stop")) throw new Error(usage);
  if (verb === "stop") {
    await step("real node stopped", () => stopNode(folder));
    return;
  }
  const obstacle = await nodeObstacle();
  if (obstacle !== undefined) throw new Error(`This machine cannot run a real node: ${obstacle}.`);
  const { kubectl } = await ensureTools(["kubectl"]);
  const programs = await ensureNodePrograms();
  const images = await step(
    "images",
    async (note) => [...(await nodeImages(note)), ...(await platformImages(note))],
    (made) => `${made.length}`,
  );
  say(changes);
  await step("real node", (note) => startNode({ folder, kubectl, programs, images, note }));
}
