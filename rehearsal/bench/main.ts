// Measures the platform program on a rehearsal of its own and prints one JSON line per figure:
//   make bench
// Times are of whole commands, as a user waits for them. They differ from machine to machine; the ratios compare within one run:
// the same objects sent by `kubectl apply --server-side`, which neither orders, nor waits, nor remembers.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { projectRoot } from "../cli/target.ts";
import { endOnSignal, run } from "../process.ts";
import { step } from "../progress.ts";
import { ensureTools } from "../tools/index.ts";

const PREVIEWS = 3;
const KINDS =
  "deployments,statefulsets,jobs,services,serviceaccounts,configmaps,secrets,networkpolicies,poddisruptionbudgets,limitranges";

endOnSignal();
await main();

async function main(): Promise<void> {
  const state = await mkdtemp(join(tmpdir(), "ai-platform-bench-"));
  const command = (name: string) => timed(name, process.execPath, ["rehearsal/cli/main.ts", name, "--state", state]);
  const { kubectl } = await ensureTools(["kubectl"]);
  const kubeconfig = join(state, "dev/clusters/rehearsal/kubeconfig.yaml");
  try {
    const up = await command("up");
    figure("up_seconds", up.seconds, { resources: resources(up.output) });
    const again = await command("up");
    figure("unchanged_up_seconds", again.seconds);
    const previews = [];
    for (let run = 0; run < PREVIEWS; run++) previews.push((await command("preview")).seconds);
    figure("unchanged_preview_seconds", median(previews), { runs: PREVIEWS });
    const objects = await exported(kubectl, kubeconfig);
    const apply = await timed("kubectl apply", kubectl, applyArguments(kubeconfig), objects);
    figure("preview_ratio_to_kubectl_apply", median(previews) / apply.seconds, {
      kubectl_seconds: round(apply.seconds),
    });
    figure("down_seconds", (await command("down")).seconds);
  } finally {
    await run(process.execPath, ["rehearsal/cli/main.ts", "down", "--state", state], { cwd: projectRoot });
    await rm(state, { recursive: true, force: true });
  }
}

async function timed(name: string, program: string, args: string[], input?: string) {
  const started = performance.now();
  const output = await step(name, () =>
    run(program, args, { cwd: projectRoot, ...(input !== undefined && { input }) }),
  );
  return { output, seconds: (performance.now() - started) / 1000 };
}

/** Every object of ours, without what the server added. */
async function exported(kubectl: string, kubeconfig: string): Promise<string> {
  const ours = ["-l", "app.kubernetes.io/managed-by=pulumi"];
  const text = await run(kubectl, ["--kubeconfig", kubeconfig, "get", KINDS, "-A", ...ours, "-o", "json"]);
  const { items } = JSON.parse(text) as { items: Record<string, unknown>[] };
  const own = items.map(({ metadata, status: _status, ...object }) => {
    const { name, namespace, labels } = metadata as Record<string, unknown>;
    return { ...object, metadata: { name, namespace, labels } };
  });
  return JSON.stringify({ apiVersion: "v1", kind: "List", items: own });
}

function applyArguments(kubeconfig: string): string[] {
  return ["--kubeconfig", kubeconfig, "apply", "--server-side", "--dry-run=server", "--force-conflicts", "-f", "-"];
}

function resources(output: string): number {
  return Number(/\+ (\d+) created/.exec(output)?.[1] ?? 0);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function figure(name: string, value: number, more: Readonly<Record<string, number>> = {}): void {
  console.log(JSON.stringify({ figure: name, value: round(value), ...more }));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
