// Measures what a user waits for, on rehearsals of its own, and prints one JSON line per figure:
//   make bench                 this checkout
//   make bench BASE=<commit>   this checkout beside an earlier one, command by command in turn
// Times are of whole commands. They differ from machine to machine and from hour to hour: what compares is the ratio of two
// figures of one run. One of them is the same objects sent by `kubectl apply --server-side`, which neither orders, nor waits, nor
// remembers.
import { join } from "node:path";

import { endOnSignal, run } from "../process.ts";
import { step } from "../progress.ts";
import { ensureTools } from "../tools/index.ts";
import { type Checkout, checkouts } from "./checkouts.ts";

/** How often a command is measured that changes nothing; the middle one counts. */
const repetitions = 3;
const kinds =
  "deployments,statefulsets,jobs,services,serviceaccounts,configmaps,secrets,networkpolicies,poddisruptionbudgets,limitranges";

endOnSignal();
try {
  await checkouts(process.argv[2], async (all) => {
    await measureDev(all);
    await measureProd(all);
  });
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}

async function measureDev(all: readonly Checkout[]): Promise<void> {
  for (const checkout of all) {
    const { seconds, output } = await command(checkout, "up", "dev");
    figure("first_up_seconds", "dev", checkout, seconds, { resources: Number(/\+ (\d+) created/.exec(output)?.[1]) });
  }
  await inTurn("unchanged_up_seconds", "up", "dev", all);
  const preview = await inTurn("unchanged_preview_seconds", "preview", "dev", all);
  for (const checkout of all) {
    const kubectl = await kubectlApply(checkout);
    const ratio = (preview.get(checkout) ?? 0) / kubectl;
    figure("preview_ratio_to_kubectl_apply", "dev", checkout, ratio, { kubectl_seconds: round(kubectl) });
    figure("down_seconds", "dev", checkout, (await command(checkout, "down", "dev")).seconds);
  }
}

async function measureProd(all: readonly Checkout[]): Promise<void> {
  for (const checkout of all)
    figure("first_up_seconds", "prod", checkout, (await command(checkout, "up", "prod")).seconds);
  await inTurn("unchanged_preview_seconds", "preview", "prod", all);
  for (const checkout of all)
    figure("down_seconds", "prod", checkout, (await command(checkout, "down", "prod")).seconds);
}

/** Measures a command some times, every checkout before any of them again, so that all see the same moods of the machine. */
async function inTurn(
  name: string,
  operation: string,
  stack: string,
  all: readonly Checkout[],
): Promise<ReadonlyMap<Checkout, number>> {
  const times = new Map(all.map((checkout): [Checkout, number[]] => [checkout, []]));
  for (let repetition = 0; repetition < repetitions; repetition++)
    for (const [checkout, own] of times) own.push((await command(checkout, operation, stack)).seconds);
  const medians = new Map([...times].map(([checkout, own]) => [checkout, median(own)]));
  for (const [checkout, seconds] of medians) figure(name, stack, checkout, seconds, { repetitions });
  return medians;
}

function command({ name, root, state }: Checkout, operation: string, stack: string) {
  const line = ["rehearsal/cli/main.ts", operation, "--stack", stack, "--state", state];
  return timed(`${operation} ${stack}, ${name}`, process.execPath, line, { cwd: root });
}

async function kubectlApply({ state, root }: Checkout): Promise<number> {
  const { kubectl } = await ensureTools(["kubectl"]);
  const access = ["--kubeconfig", join(state, "dev/clusters/rehearsal/kubeconfig.yaml")];
  const input = await exported(kubectl, access);
  const line = [...access, "apply", "--server-side", "--dry-run=server", "--force-conflicts", "-f", "-"];
  return (await timed("kubectl apply", kubectl, line, { cwd: root, input })).seconds;
}

/** Every object of ours, without what the server added. */
async function exported(kubectl: string, access: readonly string[]): Promise<string> {
  const ours = ["-l", "app.kubernetes.io/managed-by=pulumi"];
  const text = await run(kubectl, [...access, "get", kinds, "-A", ...ours, "-o", "json"]);
  const { items } = JSON.parse(text) as { items: Record<string, unknown>[] };
  const own = items.map(({ metadata, status: _status, ...object }) => {
    const { name, namespace, labels } = metadata as Record<string, unknown>;
    return { ...object, metadata: { name, namespace, labels } };
  });
  return JSON.stringify({ apiVersion: "v1", kind: "List", items: own });
}

async function timed(name: string, program: string, args: string[], options: { cwd: string; input?: string }) {
  const started = performance.now();
  const output = await step(name, () => run(program, args, options));
  return { output, seconds: (performance.now() - started) / 1000 };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function figure(
  name: string,
  stack: string,
  { name: checkout }: Checkout,
  value: number,
  more: Readonly<Record<string, number>> = {},
): void {
  console.log(JSON.stringify({ figure: name, stack, checkout, value: round(value), ...more }));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
