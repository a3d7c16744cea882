import { checks } from "../verify/checks/index.ts";
import { connect } from "../verify/cluster.ts";
import { verify as look } from "../verify/verify.ts";
import { clusterOf } from "./access.ts";
import { namespaceOf } from "./namespace.ts";
import type { Target } from "./target.ts";

/** Looks whether a running stack does what it should, a line per check. Returns 1 when something fails. */
export async function verify(target: Target): Promise<number> {
  const cluster = await clusterOf(target);
  if (cluster === undefined) return 1;
  return look(checks, connect(cluster), await namespaceOf(target), (line) => process.stdout.write(`${line}\n`));
}
