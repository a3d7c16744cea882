import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { stageFiles } from "../charts/stand-in.ts";
import { exists, needSpace } from "../files.ts";
import { attemptNamed, endNamed } from "../pid-file.ts";
import type { Note } from "../progress.ts";
import { attempt, CommandFailed, run, type RunResult } from "../process.ts";
import { withLock } from "../tools/lock.ts";
import { chooseAddresses } from "./addresses.ts";
import { configuration, type ControlPlaneTools, portCount } from "./configuration.ts";
import { nodesOf } from "./nodes.ts";
import { freePorts } from "./ports.ts";
import { endComponents, lastWords, runningComponents, someEnded } from "./processes.ts";
import type { NodePool } from "./profiles.ts";

export { controlPlaneTools } from "./configuration.ts";

const name = "rehearsal";
/** etcd, the API server, the controller manager, the scheduler and KWOK. */
const componentCount = 5;
/** The control plane answers in 3 s on two cores; a loaded machine may take ten times that. In seconds. */
const startWithin = 60;
/** etcd reserves 64 MB for its log at once and twice that when it is full; in 10⁶ bytes. */
const diskSpace = 300;
/** Simulated nodes are Ready in 2 s. In seconds. */
const nodesWithin = 60;

export interface StartOptions {
  /** Holds everything the cluster keeps; private to one cluster. */
  readonly folder: string;
  /** The nodes; see `profileFor`. */
  readonly profile: readonly NodePool[];
  readonly binaries: ControlPlaneTools;
  readonly note: Note;
}

export interface StartedCluster {
  readonly kubeconfig: string;
  /** `new` is empty; `continued` was stopped and has its objects; `running` was there already. */
  readonly state: "new" | "continued" | "running";
}

/** Starts a control plane with the nodes of a profile, or continues the one that a folder holds. */
export async function startCluster(options: StartOptions): Promise<StartedCluster> {
  await mkdir(options.folder, { recursive: true });
  const folder = await realpath(options.folder);
  return withLock(join(folder, ".lock"), async () => {
    const kubeconfig = kubeconfigOf(folder);
    const state = await bringUp(folder, options);
    const contents = await contentsOf(options);
    // A cluster that runs and has all this already needs none of it again.
    if (state !== "running" || (await readFile(completeMark(folder), "utf8")) !== contents) {
      options.note("adding nodes, storage and stages");
      await populate(kubeconfig, options);
      await writeFile(completeMark(folder), contents);
    }
    return { kubeconfig, state };
  });
}

/** Ends a control plane and removes what it kept. Does nothing when there is none. */
export async function stopCluster(folder: string): Promise<void> {
  const real = await realpath(folder).catch(() => undefined);
  if (real === undefined) return;
  await withLock(join(real, ".lock"), async () => {
    await endComponents(home(real));
    await rm(join(real, "clusters"), { recursive: true, force: true });
    await rm(join(real, "kwokctl.yaml"), { force: true });
  });
}

/** The kubeconfig of a cluster whose programs all run and whose API answers; undefined otherwise. */
export async function runningCluster(folder: string, kubectl: string): Promise<string | undefined> {
  const real = await realpath(folder).catch(() => undefined);
  if (real === undefined || (await runningComponents(home(real))).length < componentCount) return undefined;
  const kubeconfig = kubeconfigOf(real);
  const answer = await attempt(kubectl, [
    "--kubeconfig",
    kubeconfig,
    "--request-timeout=3s",
    "get",
    "--raw",
    "/readyz",
  ]);
  return answer.code === 0 ? kubeconfig : undefined;
}

async function bringUp(folder: string, { binaries, note }: StartOptions): Promise<StartedCluster["state"]> {
  await endNamed(pidFile(folder), "kwokctl");
  // One whose creation was interrupted may run and still lack what kwokctl adds last.
  if (!(await exists(completeMark(folder)))) {
    await create(folder, binaries, note);
    return "new";
  }
  if ((await runningCluster(folder, binaries.kubectl)) !== undefined) return "running";
  await needSpace(folder, diskSpace, "The control plane");
  note("continuing the stopped control plane");
  await endComponents(home(folder));
  await kwokctl(binaries.kwokctl, start("start"), folder);
  // Only the API's own answer counts: kwokctl ends with code 0 also when it gave up.
  if ((await runningCluster(folder, binaries.kubectl)) !== undefined) return "continued";
  note("the old control plane does not start; making a new one");
  await create(folder, binaries, note);
  return "new";
}

async function create(folder: string, binaries: ControlPlaneTools, note: Note): Promise<void> {
  await needSpace(folder, diskSpace, "The control plane");
  let failure: Error | undefined;
  // Another process may take a port between our choice and the program's start: then other ports, once.
  for (const attemptNote of ["starting etcd, the API server and its controllers", "trying other ports"]) {
    note(attemptNote);
    await endComponents(home(folder));
    await rm(join(folder, "clusters"), { recursive: true, force: true });
    await mkdir(home(folder), { recursive: true });
    const addresses = await chooseAddresses(home(folder));
    const ports = await freePorts(portCount);
    const text = configuration({ home: home(folder), binaries, ports, addresses });
    await writeFile(join(folder, "kwokctl.yaml"), text);
    const result = await kwokctl(
      binaries.kwokctl,
      [...start("create"), "--config", join(folder, "kwokctl.yaml"), "--kubeconfig", ""],
      folder,
    );
    if ((await runningCluster(folder, binaries.kubectl)) !== undefined) return;
    failure = new CommandFailed("kwokctl create cluster", result);
  }
  throw new Error(`The control plane did not start.\n${failure?.message}\n${await lastWords(home(folder))}`);
}

async function populate(kubeconfig: string, { profile, binaries: { kubectl } }: StartOptions): Promise<void> {
  const base = ["--kubeconfig", kubeconfig];
  const apply = [...base, "apply", "--server-side", "--force-conflicts"];
  await run(kubectl, [...apply, ...(await manifests()).flatMap((path) => ["-f", path])]);
  const nodes = { apiVersion: "v1", kind: "List", items: nodesOf(profile) };
  await run(kubectl, [...apply, "-f", "-"], { input: JSON.stringify(nodes) });
  await run(kubectl, [...base, "wait", "--for=condition=Ready", "node", "--all", `--timeout=${nodesWithin}s`]);
}

async function manifests(): Promise<string[]> {
  const folders = ["manifests", "stages"].map((folder) => join(import.meta.dirname, folder));
  const files = await Promise.all(
    folders.map(async (folder) => (await readdir(folder)).sort().map((file) => join(folder, file))),
  );
  return [...files.flat(), ...(await stageFiles())];
}

/** Changes with whatever {@link populate} adds. */
async function contentsOf({ profile }: StartOptions): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(nodesOf(profile)));
  for (const file of await manifests()) hash.update(await readFile(file));
  return hash.digest("hex");
}

function start(verb: "create" | "start"): string[] {
  return [verb, "cluster", "--name", name, "--wait", `${startWithin}s`];
}

/** Runs kwokctl until it is done, a program it started has ended, or patience has: it would wait for two minutes. */
async function kwokctl(binary: string, line: readonly string[], folder: string): Promise<RunResult> {
  const ended = new AbortController();
  const watch = setInterval(() => void someEnded(home(folder)).then((yes) => yes && ended.abort()), 500);
  try {
    return await attemptNamed(pidFile(folder), binary, line, {
      env: { ...process.env, KWOK_WORKDIR: folder },
      stopOn: AbortSignal.any([ended.signal, AbortSignal.timeout(startWithin * 1000)]),
    });
  } finally {
    clearInterval(watch);
  }
}

/** Says that a control plane was once brought up completely, and with what; it goes with it. */
function completeMark(folder: string): string {
  return join(home(folder), "complete");
}

/** Names kwokctl while it runs. */
function pidFile(folder: string): string {
  return join(folder, "kwokctl.pid");
}

/** Where kwokctl keeps the control plane of a folder. */
export function home(folder: string): string {
  return join(folder, "clusters", name);
}

function kubeconfigOf(folder: string): string {
  return join(home(folder), "kubeconfig.yaml");
}
