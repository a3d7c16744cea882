import { readdir, rm } from "node:fs/promises";
import { dirname } from "node:path";

import { stopCluster } from "../cluster/index.ts";
import { exists } from "../files.ts";
import { stopNode } from "../node/index.ts";
import { run } from "../process.ts";
import { say, step } from "../progress.ts";
import type { Engine } from "./engine.ts";
import { alone, answers, prepared } from "./operations.ts";
import { Unrecoverable } from "./recovery.ts";
import type { Target } from "./target.ts";

/** Destroys a stack and, for a rehearsal, its cluster. Does nothing when there is none. Returns an exit code. */
export async function down(target: Target): Promise<number> {
  if (target.kind === "rehearsal" && !(await exists(target.folder))) {
    say(`✔ there is no rehearsal of the ${target.stack} stack`);
    return 0;
  }
  return alone(target, async () => {
    try {
      const engine = await prepared(target);
      const code = await destroy(engine);
      if (code !== 0 || target.kind === "cluster") return code;
      await step("nothing of ours left", () => checkEmpty(engine));
    } catch (error) {
      if (!(error instanceof Unrecoverable)) throw error;
      // Nothing outside the rehearsal's own folder and processes belongs to it.
      say(`${error.message}\n… which happens now`);
    }
    // After the objects: its pods must end for their removal to be done.
    await stopNode(target.folder);
    await step("control plane stopped", () => stopCluster(target.folder));
    await removeFolder(target);
    return 0;
  });
}

async function destroy(engine: Engine): Promise<number> {
  if (engine.target.kind === "rehearsal") await liftProtection(engine);
  return engine.operate("destroy", answers(engine.target));
}

/** A stack may protect its stores; a rehearsal of it is there to be thrown away. */
async function liftProtection(engine: Engine): Promise<void> {
  const { code, stderr } = await engine.ask(["state", "unprotect", "--all", "--yes"]);
  if (code !== 0) throw new Error(`pulumi state unprotect ended with code ${code}\n${stderr}`);
}

/** Looks for what a destroy must not leave: namespaces, volumes, and cluster-wide objects with our label or Helm's. */
async function checkEmpty({ tools, kubeconfig }: Engine): Promise<void> {
  const names = async (...line: string[]) =>
    (await run(tools.kubectl, ["--kubeconfig", kubeconfig, "get", "-o", "name", ...line])).split("\n").filter(Boolean);
  const clusterWide = "clusterroles,clusterrolebindings,validatingwebhookconfigurations,mutatingwebhookconfigurations";
  const left = [
    ...(await names("namespaces")).filter((name) => !/^namespace\/(default|kube-.*)$/.test(name)),
    ...(await names("persistentvolumes")),
    ...(await names(clusterWide, "-l", "app.kubernetes.io/managed-by in (Helm,pulumi)")),
  ];
  if (left.length > 0) {
    throw new Error(
      `The stack is destroyed, but this is left in the cluster:\n  ${left.join("\n  ")}\n` +
        `  The cluster still runs, so that you can look: KUBECONFIG=${kubeconfig}. Run the same command again to retry.`,
    );
  }
}

async function removeFolder({ folder }: Target): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const parent = dirname(folder);
  const others = (await readdir(parent)).filter((name) => !name.endsWith(".lock"));
  if (others.length === 0) await rm(parent, { recursive: true, force: true });
}
