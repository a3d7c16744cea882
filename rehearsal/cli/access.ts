import { runningCluster } from "../cluster/index.ts";
import { attempt } from "../process.ts";
import { ensureTools } from "../tools/index.ts";
import type { Target } from "./target.ts";

/** Access to one cluster. */
export interface Cluster {
  readonly kubectl: string;
  readonly kubeconfig: string;
}

/** The cluster of a target that was brought up. Says so and returns undefined when it was not. */
export async function clusterOf({ kubeconfig, folder, stack }: Target): Promise<Cluster | undefined> {
  const { kubectl } = await ensureTools(["kubectl"]);
  const reached = kubeconfig ?? (await runningCluster(folder, kubectl));
  if (reached !== undefined) return { kubectl, kubeconfig: reached };
  process.stdout.write(`The ${stack} stack is not up. Bring it up with: make up STACK=${stack}\n`);
  return undefined;
}

/** Runs kubectl on the cluster of a target, on this terminal. Returns its exit code. */
export async function kubectl(target: Target, line: readonly string[]): Promise<number> {
  const cluster = await clusterOf(target);
  return cluster === undefined ? 1 : onTerminal(cluster, line);
}

/** Runs kubectl with its output on the screen, and returns its exit code. */
export async function onTerminal({ kubectl, kubeconfig }: Cluster, line: readonly string[]): Promise<number> {
  const { code } = await attempt(kubectl, line, {
    env: { ...process.env, KUBECONFIG: kubeconfig },
    output: "inherit",
  });
  return code;
}
