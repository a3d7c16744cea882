import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { type Addresses, addressesOf } from "../cluster/addresses.ts";
import { home as controlPlaneHome } from "../cluster/index.ts";
import { exists } from "../files.ts";
import { pidFileText, processIn } from "../pid-file.ts";
import { attempt, kill } from "../process.ts";
import type { Note } from "../progress.ts";
import { withLock } from "../tools/lock.ts";
import type { AgentSettings } from "./agent.ts";
import { configurationFiles, nodeName } from "./configuration.ts";
import { makeControlGroup, removeControlGroup } from "./control-groups.ts";
import { type Importable, importImages } from "./images.ts";
import { applyManifests } from "./manifests.ts";
import type { NodePrograms } from "./programs.ts";

export { nodeObstacle } from "./obstacle.ts";
export { ensureNodePrograms } from "./programs.ts";

/** The first process is there in a tenth of a second and the node Ready in five; a loaded machine takes longer. In milliseconds. */
const startWithin = 60_000;

export interface NodeOptions {
  /** The folder of the control plane that the node joins. */
  readonly folder: string;
  readonly kubectl: string;
  readonly programs: NodePrograms;
  /** What its pods can be made of; a pod whose images are all among them runs here. */
  readonly images: readonly Importable[];
  readonly note: Note;
}

/** Adds a real node to a running control plane, or continues the one that it has had before. */
export async function startNode(options: NodeOptions): Promise<void> {
  const folder = await realpath(options.folder);
  const kubeconfig = join(controlPlaneHome(folder), "kubeconfig.yaml");
  await withLock(join(folder, ".node-lock"), async () => {
    const addresses = await addressesOf(controlPlaneHome(folder));
    if (addresses === undefined) {
      throw new Error("This control plane was made by an older version, which knew no real nodes. Run: make down");
    }
    if ((await processIn(pidFile(folder))) === undefined) await boot(folder, addresses, options);
    options.note("importing images");
    await importImages({ ...options, home: home(folder), first: await firstProcess(folder) });
    options.note("adding DNS and placement");
    await applyManifests({ ...options, kubeconfig, addresses });
    options.note("waiting for the node and its DNS");
    await ready(options.kubectl, kubeconfig, folder);
  });
}

/** Whether a control plane has a real node now. */
export async function nodeRuns(folder: string): Promise<boolean> {
  const real = await realpath(folder).catch(() => undefined);
  return real !== undefined && (await processIn(pidFile(real))) !== undefined;
}

/** Ends the node of a control plane and removes whatever it kept or changed. Does nothing when there is none. */
export async function stopNode(folder: string): Promise<void> {
  const real = await realpath(folder).catch(() => undefined);
  if (real === undefined || !(await exists(home(real)))) return;
  await withLock(join(real, ".node-lock"), async () => {
    await end(real);
    await rm(home(real), { recursive: true, force: true });
  });
}

async function boot(folder: string, addresses: Addresses, { programs, note }: NodeOptions): Promise<void> {
  note("starting containerd, the kubelet and kube-proxy");
  await end(folder);
  const controlGroup = controlGroupOf(addresses);
  await makeControlGroup(controlGroup);
  for (const part of ["logs", "configuration", "images"]) await mkdir(join(home(folder), part), { recursive: true });
  const apiPort = await apiPortOf(folder);
  const pki = join(controlPlaneHome(folder), "pki");
  const files = configurationFiles({
    addresses,
    apiPort,
    pki: { ca: join(pki, "ca.crt"), certificate: join(pki, "admin.crt"), key: join(pki, "admin.key") },
    networkPlugins: programs.networkPlugins,
    controlGroup,
  });
  for (const [name, text] of Object.entries(files)) await writeFile(join(home(folder), "configuration", name), text);
  await startAgent(folder, { addresses, apiPort, path: programs.path, env: programs.env, controlGroup });
}

async function startAgent(folder: string, settings: AgentSettings): Promise<void> {
  const own = home(folder);
  await writeFile(join(own, "agent.json"), JSON.stringify(settings));
  const log = openSync(join(own, "logs", "agent.log"), "w");
  const line = [join(import.meta.dirname, "agent.ts"), own];
  const agent = spawn(process.execPath, line, { detached: true, stdio: ["ignore", log, log] });
  closeSync(log);
  await writeFile(pidFile(folder), pidFileText(agent.pid ?? 0, line.join(" ")));
  agent.unref();
  await until("The node's first process", folder, () => exists(join(own, "first.pid")));
}

/** Ends the agent, which ends the node, and removes what outlives both. */
async function end(folder: string): Promise<void> {
  const agent = await processIn(pidFile(folder));
  if (agent !== undefined) {
    kill(agent, "SIGTERM");
    while ((await processIn(pidFile(folder))) !== undefined) await sleep(20);
  }
  const text = await readFile(join(home(folder), "agent.json"), "utf8").catch(() => undefined);
  if (text !== undefined) {
    const { addresses, controlGroup } = JSON.parse(text) as AgentSettings;
    await removeControlGroup(controlGroup); // of a node whose agent was killed
    await attempt("ip", ["link", "delete", addresses.link]); // it goes with the node, but not always at once
  }
  for (const file of [pidFile(folder), join(home(folder), "first.pid")]) await rm(file, { force: true });
}

async function ready(kubectl: string, kubeconfig: string, folder: string): Promise<void> {
  const ask = (...line: string[]) => attempt(kubectl, ["--kubeconfig", kubeconfig, ...line]);
  await until("The node", folder, async () => {
    const condition = '{.status.conditions[?(@.type=="Ready")].status}';
    return (await ask("get", "node", nodeName, "-o", `jsonpath=${condition}`)).stdout === "True";
  });
  await until("The cluster's DNS", folder, async () => {
    const line = ["get", "deployment", "coredns", "-n", "kube-system", "-o", "jsonpath={.status.readyReplicas}"];
    return (await ask(...line)).stdout === "1";
  });
}

async function until(what: string, folder: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + startWithin;
  while (!(await condition())) {
    if ((await processIn(pidFile(folder))) === undefined) throw new Error(`The node has ended.\n${await logs(folder)}`);
    if (Date.now() > deadline) {
      throw new Error(`${what} was not ready within ${startWithin / 1000} s.\n${await logs(folder)}`);
    }
    await sleep(50);
  }
}

/** The last lines of each log. */
async function logs(folder: string): Promise<string> {
  const { stdout } = await attempt("sh", ["-c", `tail -n 3 "${join(home(folder), "logs")}"/*.log`]);
  return stdout.slice(0, 4000);
}

async function apiPortOf(folder: string): Promise<number> {
  const text = await readFile(join(controlPlaneHome(folder), "kubeconfig.yaml"), "utf8");
  return Number(/server: https:\/\/127\.0\.0\.1:(\d+)/.exec(text)?.[1]);
}

async function firstProcess(folder: string): Promise<number> {
  return Number(await readFile(join(home(folder), "first.pid"), "utf8"));
}

function controlGroupOf({ link }: Addresses): string {
  return `/ai-platform-${link}`;
}

function home(folder: string): string {
  return join(folder, "node");
}

function pidFile(folder: string): string {
  return join(home(folder), "agent.pid");
}
