import { clusterOf } from "./access.ts";
import { openEngine } from "./prepare.ts";
import { workloads } from "./readiness.ts";
import { report } from "./report.ts";
import type { Target } from "./target.ts";

/** Prints what runs. Returns 0, or 1 when nothing does. */
export async function status(target: Target): Promise<number> {
  if (target.kind === "rehearsal" && (await clusterOf(target)) === undefined) return 1;
  const engine = await openEngine(target);
  await report(engine, await workloads(engine));
  return 0;
}
