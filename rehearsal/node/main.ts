/** A real node for a control plane of its own: `node rehearsal/node/main.ts start --dir D`; see usage. */
import { parseArgs } from "node:util";

import { endOnSignal } from "../process.ts";
import { step } from "../progress.ts";
import { ensureTools } from "../tools/index.ts";
import { stopNode } from "./index.ts";
import { joinRealNode } from "./join.ts";

const usage = `node rehearsal/node/main.ts <start|stop> --dir <folder>
  start  adds a real node to the control plane that \`node rehearsal/cluster/main.ts start --dir <folder>\` made
  stop   ends it and removes what it kept; the control plane goes on without it`;

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
  const { kubectl } = await ensureTools(["kubectl"]);
  const obstacle = await joinRealNode(folder, kubectl);
  if (obstacle !== undefined) throw new Error(`This machine cannot run a real node: ${obstacle}.`);
}
