import { existsSync } from "node:fs";
import {
  type Call,
  type CheckRequest,
  type CheckResult,
  type CreateRequest,
  type CreateResult,
  hasUnknown,
  InitFailed,
  type Properties,
  type ReadRequest,
  type ReadResult,
  revealAll,
  textOf,
  type UpdateRequest,
} from "../../protocol/index.ts";
import type { ReleaseContext, ResourceMethods } from "../context.ts";
import { Charts } from "./chart.ts";
import { diff } from "./diff.ts";
import { installFlags, uninstallFlags, upgradeFlags } from "./flags.ts";
import { Helm } from "./helm.ts";
import { complete, withDefaults } from "./inputs.ts";
import { COMPUTED, lookUp, outputsOf, plannedOutputs, type ReleaseName } from "./live.ts";

/** Resources of the type `kubernetes:helm.sh/v3:Release`, through the Helm program. */
export function createRelease(context: ReleaseContext): ResourceMethods {
  const helm = new Helm(context);
  const session = { context, helm, charts: new Charts(helm) };
  return {
    check: (request) => check(session, request),
    diff: (request) => Promise.resolve(diff(request)),
    create: (request, call) => create(session, request, call),
    update: (request, call) => update(session, request, call),
    read: (request) => read(session, request),
    delete: (request, call) => uninstall(session, revealAll(request.outputs), call),
  };
}

interface Session {
  readonly context: ReleaseContext;
  readonly helm: Helm;
  readonly charts: Charts;
}

async function check({ context, charts }: Session, request: CheckRequest): Promise<CheckResult> {
  const { defaultNamespace } = context;
  const inputs = withDefaults(request.inputs, { name: request.name, oldInputs: request.oldInputs, defaultNamespace });
  // What is not known cannot be rendered: the preview goes on with what there is.
  if (hasUnknown(inputs)) return { inputs };
  const completed = complete(inputs);
  try {
    const chart = await charts.find(revealAll(completed));
    if (completed["skipCrds"] !== true) context.registerCrdScopes(chart.definitions);
    return { inputs: { ...completed, version: chart.version } };
  } catch (error) {
    const reason = `${(error as Error).message}; check the chart name and repository configuration.`;
    return { inputs: completed, failures: [{ property: "chart", reason }] };
  }
}

async function create({ helm, charts }: Session, request: CreateRequest, call: Call): Promise<CreateResult> {
  const { inputs, preview } = request;
  if (preview) return { id: "", outputs: plannedOutputs(inputs) };
  const plain = revealAll(inputs);
  const release = nameOf(plain);
  const chart = await charts.find(plain);
  const args = ["install", release.name, chart.path, "--namespace", release.namespace, "--values", "-"];
  try {
    const input = JSON.stringify(plain["values"]);
    await helm.run([...args, ...installFlags(plain)], { input, signal: call.signal });
  } catch (error) {
    const live = await lookUp(helm, release);
    // Without a record nothing was left behind; a name in use belongs to someone else.
    if (!live || (error as Error).message.includes("cannot re-use a name")) throw error;
    call.warn(
      `Helm release "${release.name}" was created but has a failed status. Use the helm command to investigate the error, ` +
        `correct it, then retry. Reason: ${(error as Error).message}`,
    );
    throw initFailed(inputs, release, outputsOf(inputs, release, live), error as Error);
  }
  return { id: idOf(release), outputs: await currentOutputs(helm, inputs, release) };
}

async function update({ helm, charts }: Session, request: UpdateRequest, call: Call): Promise<{ outputs: Properties }> {
  const { inputs, preview } = request;
  if (preview) return { outputs: plannedOutputs(inputs) };
  const plain = revealAll(inputs);
  const release = nameOf(plain);
  const chart = await charts.find(plain);
  const input = JSON.stringify(plain["values"]);
  if (plain["lint"] === true) await helm.run(["lint", chart.path, "--values", "-"], { input });
  const before = await lookUp(helm, release);
  const args = ["upgrade", release.name, chart.path, "--namespace", release.namespace, "--values", "-"];
  try {
    await helm.run([...args, ...upgradeFlags(plain)], { input, signal: call.signal });
  } catch (error) {
    // With `atomic` a roll-back follows the failed revision, but the failed one is what is recorded.
    const failed = before && (await lookUp(helm, release, before.revision + 1));
    if (!failed) throw error;
    throw initFailed(inputs, release, outputsOf(inputs, release, failed), error as Error);
  }
  return { outputs: await currentOutputs(helm, inputs, release) };
}

async function currentOutputs(helm: Helm, inputs: Properties, release: ReleaseName): Promise<Properties> {
  const live = await lookUp(helm, release);
  if (!live)
    throw new Error(`Release ${idOf(release)} vanished right after Helm had deployed it. Run the update again.`);
  return outputsOf(inputs, release, live);
}

function initFailed(inputs: Properties, release: ReleaseName, outputs: Properties, error: Error): InitFailed {
  const id = idOf(release);
  return new InitFailed({ id, inputs, outputs }, [
    `Helm release "${id}" failed to initialize completely. Use Helm CLI to investigate: failed to become available within ` +
      `allocated timeout. Error: Helm Release ${id}: ${error.message}`,
  ]);
}

async function read({ helm, context }: Session, request: ReadRequest): Promise<ReadResult | undefined> {
  const imported = Object.keys(request.outputs).length === 0;
  const release = imported ? parseId(request.id, context.defaultNamespace) : nameOf(revealAll(request.outputs));
  const live = await lookUp(helm, release);
  if (!live) return undefined;
  const inputs = imported
    ? complete({ ...release, chart: importedChart(live.chart, live.version), timeout: 300, values: live.values })
    : request.inputs;
  const outputs = outputsOf(inputs, release, live);
  // What was changed behind the program's back shows as a difference to the program.
  const liveInputs = Object.entries(outputs).filter(([key]) => !COMPUTED.has(key));
  return { id: request.id, inputs: Object.fromEntries(liveInputs), outputs };
}

/** The chart of a release is not recorded with it: perhaps the program's folder has it. */
function importedChart(chart: string, version: string): string {
  const candidates = [
    `${chart}-${version}/Chart.yaml`,
    `${chart}-${version}.tgz`,
    `${chart}/Chart.yaml`,
    `${chart}.tgz`,
  ];
  const found = candidates.find((path) => existsSync(path))?.replace("/Chart.yaml", "");
  return found === undefined ? chart : `./${found}`;
}

async function uninstall({ helm }: Session, state: Properties, call: Call): Promise<void> {
  const { namespace, name } = nameOf(state);
  const said = await helm.run(["uninstall", name, "--namespace", namespace, ...uninstallFlags(state)], {
    signal: call.signal,
  });
  const kept = said.match(/These resources were kept[^]*/)?.[0].replace(/\n?release "[^"]*" uninstalled\s*$/, "");
  if (kept) call.warn(`Helm uninstall returned information: ${kept.trim()}`);
}

function nameOf(plain: Properties): ReleaseName {
  return { namespace: textOf(plain, "namespace"), name: textOf(plain, "name") };
}

function idOf({ namespace, name }: ReleaseName): string {
  return `${namespace}/${name}`;
}

function parseId(id: string, defaultNamespace: string): ReleaseName {
  const [namespace = "", name] = id.split("/");
  return name === undefined ? { namespace: defaultNamespace, name: namespace } : { namespace, name };
}
