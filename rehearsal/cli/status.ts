import { runningCluster } from "../cluster/index.ts";
import { exists } from "../files.ts";
import { ensureTools } from "../tools/index.ts";
import { openEngine } from "./prepare.ts";
import { report } from "./report.ts";
import type { Target } from "./target.ts";

/** Prints what runs. Returns 0, or 1 when nothing does. */
export async function status(target: Target): Promise<number> {
  if (target.kind === "rehearsal" && !(await runs(target))) {
    process.stdout.write(`The ${target.stack} stack is not up. Bring it up with: make up STACK=${target.stack}\n`);
    return 1;
  }
  await report(await openEngine(target));
  return 0;
}

async function runs({ folder }: Target): Promise<boolean> {
  if (!(await exists(folder))) return false;
  const { kubectl } = await ensureTools(["kubectl"]);
  return (await runningCluster(folder, kubectl)) !== undefined;
}
