import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { attempt, commandLine, CommandFailed } from "../process.ts";
import { say, step } from "../progress.ts";
import type { Engine } from "./engine.ts";

/** What the engine was doing when it was killed. */
export interface PendingOperation {
  readonly type: "creating" | "updating" | "deleting" | "reading" | "importing";
  readonly resource: {
    readonly urn: string;
    readonly type: string;
    readonly inputs?: Readonly<Record<string, unknown>>;
  };
}

/** An object of the cluster, as far as it takes to delete it. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/**
 * Puts a rehearsal's state right after an engine that was killed: takes its lock away, deletes what it was just creating
 * (half made, and in no state yet), and reads the rest from the cluster. A state that needs nothing is left alone.
 */
export async function recover(engine: Engine): Promise<void> {
  const first = await engine.ask(["stack", "export"]);
  const pending = pendingOperations(first.stdout);
  if (await unlock(engine)) say("… removed the lock of an engine that is gone");
  if (pending.length === 0) return;
  say(`… continuing after an interrupted run: ${pending.length} unfinished ${pending.length === 1 ? "step" : "steps"}`);
  await step("half-made objects removed", () => removeHalfMade(engine, pending));
  const code = await engine.operate("refresh", [
    "--yes",
    "--skip-preview",
    "--clear-pending-creates",
    "--non-interactive",
  ]);
  if (code !== 0) throw new Error(`The state could not be put right (pulumi refresh ended with code ${code}).`);
}

/** The unfinished operations in an exported state. */
export function pendingOperations(exported: string): readonly PendingOperation[] {
  if (exported.trim() === "") return [];
  const { deployment } = JSON.parse(exported) as { deployment?: { pending_operations?: PendingOperation[] } };
  return deployment?.pending_operations ?? [];
}

/** The object that a pending creation of the kubernetes provider would have made; undefined for other resources. */
export function objectOf({ resource: { type, inputs } }: PendingOperation): ObjectReference | undefined {
  const match = /^kubernetes:([^:]+):(\w+)$/.exec(type);
  const metadata = inputs?.metadata as { name?: string; namespace?: string } | undefined;
  const [, group, kind] = match ?? [];
  if (group === undefined || kind === undefined || metadata?.name === undefined) return undefined;
  const apiVersion = (inputs?.apiVersion as string | undefined) ?? group.replace(/^core\//, "");
  const { name, namespace } = metadata;
  return { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } };
}

async function removeHalfMade(engine: Engine, pending: readonly PendingOperation[]): Promise<void> {
  for (const operation of pending.filter(({ type }) => type === "creating")) {
    const { type, inputs } = operation.resource;
    if (type === "kubernetes:helm.sh/v3:Release") await uninstall(engine, inputs);
    else await remove(engine, objectOf(operation));
  }
}

async function remove({ tools, environment }: Engine, object: ObjectReference | undefined): Promise<void> {
  if (object === undefined) return;
  const line = ["delete", "--ignore-not-found", "--timeout=60s", "-f", "-"];
  const result = await attempt(tools.kubectl, line, { env: environment, input: JSON.stringify(object) });
  const unknownKind = /no matches for kind/.test(result.stderr);
  if (result.code !== 0 && !unknownKind) throw new CommandFailed(`kubectl delete ${object.kind}`, result);
}

async function uninstall(
  { tools, environment }: Engine,
  inputs: PendingOperation["resource"]["inputs"],
): Promise<void> {
  const { name, namespace = "default" } = (inputs ?? {}) as { name?: string; namespace?: string };
  if (name === undefined) return;
  const line = ["uninstall", name, "--namespace", namespace, "--ignore-not-found", "--wait", "--timeout", "60s"];
  const result = await attempt(tools.helm, line, { env: environment });
  if (result.code !== 0) throw new CommandFailed(`helm uninstall ${name}`, result);
}

/** Removes the state's lock when the engine that took it is gone. Returns whether there was one. */
async function unlock(engine: Engine): Promise<boolean> {
  const locks = await locksIn(join(engine.target.folder, "state", ".pulumi", "locks"));
  if (locks.length === 0) return false;
  for (const { pid } of locks) {
    if (!(await commandLine(pid)).includes("pulumi")) continue;
    throw new Error(`Process ${pid} is changing the stack ${engine.target.stack}. Wait for it to end, or end it.`);
  }
  await engine.ask(["cancel", "--yes"]);
  return true;
}

async function locksIn(folder: string): Promise<{ readonly pid: number }[]> {
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  const locks = files.filter((file) => file.endsWith(".json"));
  return Promise.all(
    locks.map(async (file) => JSON.parse(await readFile(join(folder, file), "utf8")) as { pid: number }),
  );
}
