import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { ensureCharts } from "../charts/index.ts";
import { controlPlaneTools, type ControlPlaneTools } from "../cluster/configuration.ts";
import { startCluster } from "../cluster/index.ts";
import { needsOf } from "../cluster/needs.ts";
import { profileFor } from "../cluster/profiles.ts";
import { joinRealNode } from "../node/join.ts";
import { installPlugins } from "../plugins/index.ts";
import { run } from "../process.ts";
import { say, step } from "../progress.ts";
import { cacheFolder, ensureTools } from "../tools/index.ts";
import { plugins as pluginsFor, type PluginSource, providerPlugins } from "../tools/plugins.ts";
import { endedWell, Engine, type EngineTools } from "./engine.ts";
import { writeRehearsalStackFile } from "./stack-file.ts";
import { passphraseFile, pulumiHome, type Target } from "./target.ts";

/** Makes everything an operation on a target needs: what {@link openEngine} makes, and a rehearsal's stack file. */
export async function prepare(target: Target): Promise<Engine> {
  if (target.kind === "cluster") return openEngine(target);
  const [engine, mirror] = await together([openEngine(target), prepareCharts()]);
  await writeRehearsalStackFile(target.stackFile, configFile(target), mirror);
  return engine;
}

/** An engine with its tools and plugins, and for a rehearsal a running cluster. */
export async function openEngine(target: Target): Promise<Engine> {
  await mkdir(target.folder, { recursive: true });
  if (target.kind === "cluster") return openOnCluster(target, target.kubeconfig ?? "");
  const tools = await ensureTools([...controlPlaneTools, "helm", "pulumi"]);
  const [plugins, kubeconfig] = await together([
    preparePlugins(tools, pulumiHome(target)),
    startRehearsal(target, tools),
  ]);
  return new Engine({
    target,
    tools,
    kubeconfig,
    plugins,
    backend: `file://${stateFolder(target)}`,
    configFile: configFile(target),
    passphraseFile: await passphraseFile(target),
    ...(plugins === "stand-in" && { home: pulumiHome(target) }),
  });
}

/** Waits for all, so that nothing goes on behind an error; then throws the first one. */
async function together<First, Second>(work: [Promise<First>, Promise<Second>]): Promise<[First, Second]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

async function startRehearsal(target: Target, binaries: ControlPlaneTools): Promise<string> {
  const profile = profileFor(needsOf(await readFile(target.stackFile, "utf8")));
  const { kubeconfig } = await step(
    "control plane",
    (note) => startCluster({ folder: target.folder, profile, binaries, note }),
    ({ state }) => state,
  );
  await forgetStateOfAnotherCluster(target, binaries.kubectl, kubeconfig);
  if (process.env.REAL === "1") await addRealNode(target, binaries.kubectl);
  await mkdir(stateFolder(target), { recursive: true });
  return kubeconfig;
}

/** A machine that cannot have a real node says why, and goes on with simulated ones. */
async function addRealNode({ folder }: Target, kubectl: string): Promise<void> {
  const obstacle = await joinRealNode(folder, kubectl);
  if (obstacle !== undefined) say(`… no real node: ${obstacle}; all pods are simulated`);
}

/** A control plane that had to be made anew is empty: a state that says otherwise would make every resource an error. */
async function forgetStateOfAnotherCluster(target: Target, kubectl: string, kubeconfig: string): Promise<void> {
  const file = join(target.folder, "cluster-id");
  const ask = ["--kubeconfig", kubeconfig, "get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}"];
  const id = await run(kubectl, ask);
  const known = await readFile(file, "utf8").catch(() => undefined);
  if (known !== undefined && known !== id) {
    say("… the earlier cluster is gone: starting with an empty state");
    await rm(stateFolder(target), { recursive: true, force: true });
    await rm(endedWell(target), { force: true });
    await rm(configFile(target), { force: true });
  }
  await writeFile(file, id);
}

/** The folder with the charts that a rehearsal installs. */
async function prepareCharts(): Promise<string> {
  const { mirror } = await step(
    "charts",
    (note) => ensureCharts({ cacheDir: cacheFolder(), onProgress: note }),
    ({ charts }) => `${charts.length} stand-ins with the real custom resource definitions`,
  );
  return mirror;
}

async function openOnCluster(target: Target, kubeconfig: string): Promise<Engine> {
  const tools = await ensureTools(["kubectl", "helm", "pulumi"]);
  const plugins = await preparePlugins(tools, pulumiHome(target));
  const { PULUMI_BACKEND_URL, PULUMI_CONFIG_PASSPHRASE, PULUMI_CONFIG_PASSPHRASE_FILE } = process.env;
  const ownPassphrase = PULUMI_CONFIG_PASSPHRASE === undefined && PULUMI_CONFIG_PASSPHRASE_FILE === undefined;
  return new Engine({
    target,
    tools,
    kubeconfig,
    plugins,
    configFile: target.stackFile,
    backend: PULUMI_BACKEND_URL || `file://${target.folder}`,
    ...(plugins === "stand-in" && { home: pulumiHome(target) }),
    ...(!PULUMI_BACKEND_URL && ownPassphrase && { passphraseFile: await passphraseFile(target) }),
  });
}

async function preparePlugins(tools: EngineTools, home: string): Promise<PluginSource> {
  const source = await pluginsFor(tools.pulumi);
  const describe = () =>
    source === "official" ? "official" : "stand-ins of this project (the official ones are out of reach)";
  await step(
    "provider plugins",
    () => (source === "official" ? installOfficial(tools.pulumi) : installPlugins(home)),
    describe,
  );
  return source;
}

async function installOfficial(pulumi: string): Promise<void> {
  for (const { name, version } of await providerPlugins()) {
    await run(pulumi, ["plugin", "install", "resource", name, version]);
  }
}

function stateFolder({ folder }: Target): string {
  return join(folder, "state");
}

function configFile({ folder, stack }: Target): string {
  return join(folder, `Pulumi.${stack}.yaml`);
}
