import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import { exists } from "../files.ts";
import { attempt, commandLine, CommandFailed } from "../process.ts";
import { say, step } from "../progress.ts";
import { endedWell, type Engine, type PendingOperation } from "./engine.ts";
import { type Release, settleReleases } from "./releases.ts";
import { pulumiHome } from "./target.ts";

/** An object of the cluster, as far as it takes to delete it. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** What an interrupted run left cannot be put right; the message says what is in the way. */
export class Unrecoverable extends Error {}

/**
 * Puts a rehearsal's state right after an engine or a plugin that was killed: takes the lock away, deletes what was just
 * being created (half made, and in no state yet), and reads the rest from the cluster. A state that needs nothing is left
 * alone.
 * @throws Unrecoverable when something stays in the way
 */
export async function recover(engine: Engine): Promise<void> {
  if (await unlock(engine)) say("… removed the lock of an engine that is gone");
  const notes = join(pulumiHome(engine.target), "in-flight");
  const noted = await notedOperations(notes);
  if (noted.length === 0 && (await exists(endedWell(engine.target)))) return;
  const { deployment } = await engine.ensureStack();
  const pending = distinct([...(deployment?.pending_operations ?? []), ...noted]);
  if (pending.length === 0) return;
  say(`… continuing after an interrupted run: ${pending.length} unfinished ${pending.length === 1 ? "step" : "steps"}`);
  try {
    await step("half-made objects removed", () => removeHalfMade(engine, pending));
    await refresh(engine);
  } catch (error) {
    throw new Unrecoverable(
      `${(error as Error).message}\n  Run the same command again; if that does not help, ` +
        `"make down STACK=${engine.target.stack}" throws this rehearsal away.`,
    );
  }
  await rm(notes, { recursive: true, force: true });
}

async function refresh(engine: Engine): Promise<void> {
  const code = await engine.operate("refresh", [
    "--yes",
    "--skip-preview",
    "--clear-pending-creates",
    "--non-interactive",
  ]);
  if (code !== 0) throw new Error(`The state could not be put right (pulumi refresh ended with code ${code}).`);
}

/** What a plugin that was killed was doing: the engine, which outlived it, has taken that for failed and forgotten it. */
export async function notedOperations(folder: string): Promise<readonly PendingOperation[]> {
  const files = await readdir(folder).catch(() => []);
  const notes = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  return notes.flatMap(operationIn);
}

function operationIn(note: string): PendingOperation[] {
  try {
    return [JSON.parse(note) as PendingOperation];
  } catch {
    return []; // cut short: what it was to be about had not begun
  }
}

function distinct(operations: readonly PendingOperation[]): readonly PendingOperation[] {
  return [...new Map(operations.map((operation) => [operation.resource.urn, operation])).values()];
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
  const creating = pending.filter(({ type }) => type === "creating");
  for (const operation of creating) await remove(engine, objectOf(operation));
  await settleReleases(engine, (release) => creating.some((operation) => makes(operation, release)));
}

function makes({ resource: { type, inputs } }: PendingOperation, { name, namespace }: Release): boolean {
  return type === "kubernetes:helm.sh/v3:Release" && inputs?.name === name && inputs.namespace === namespace;
}

async function remove({ tools, environment }: Engine, object: ObjectReference | undefined): Promise<void> {
  if (object === undefined) return;
  const line = ["delete", "--ignore-not-found", "--timeout=60s", "-f", "-"];
  const result = await attempt(tools.kubectl, line, { env: environment, input: JSON.stringify(object) });
  const unknownKind = /no matches for kind/.test(result.stderr);
  if (result.code !== 0 && !unknownKind) throw new CommandFailed(`kubectl delete ${object.kind}`, result);
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
