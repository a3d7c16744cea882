import { setTimeout as pause } from "node:timers/promises";
import { type Call, type DeleteRequest, InitFailed, revealAll } from "../../protocol/index.ts";
import { nextLook } from "../await/lists.ts";
import { limitFor } from "../await/rules.ts";
import type { Reference } from "../client/cluster.ts";
import { isApiError, NoMatch } from "../client/errors.ts";
import { annotationOf, asObject, describe, type KubeObject } from "../objects/object.ts";
import { outputsOf, stored } from "../objects/state.ts";
import { referenceOf } from "./read.ts";
import type { Session } from "./session.ts";

const POLICIES = { foreground: "Foreground", background: "Background", orphan: "Orphan" } as const;

/** Kinds whose deletion `pulumi.com/skipAwait` does not wait for; every other kind is always waited for. */
const SKIPPABLE = ["Namespace", "Pod", "ReplicationController", "Deployment", "DaemonSet", "StatefulSet", "Job"];

/** @throws InitFailed when the object is still there at the limit: it stays in state */
export async function deleteResource(request: DeleteRequest, session: Session, call: Call): Promise<void> {
  const inputs = asObject(revealAll(request.inputs));
  const reference = referenceOf(request);
  const live = await remove(reference, inputs, session);
  if (!live) return;
  if (annotationOf(inputs, "skipAwait") === "true" && SKIPPABLE.includes(reference.kind)) return;
  const left = await untilGone(live, limitFor(inputs, request.timeout) * 1000, session, call);
  if (left) throw stuck(left, request, call);
}

/** Asks for the deletion. @returns the object as it was, or undefined if it is gone already */
async function remove(reference: Reference, inputs: KubeObject, { cluster }: Session): Promise<KubeObject | undefined> {
  const asked = annotationOf(inputs, "deletionPropagationPolicy")?.toLowerCase();
  const policy = POLICIES[asked as keyof typeof POLICIES] ?? "Foreground";
  try {
    const live = await cluster.get(reference);
    await cluster.delete(reference, policy);
    return live;
  } catch (error) {
    if (error instanceof NoMatch || isApiError(error, "NotFound")) return undefined;
    throw error;
  }
}

/** @returns the object if it is still there after `limit` milliseconds */
async function untilGone(
  live: KubeObject,
  limit: number,
  session: Session,
  call: Call,
): Promise<KubeObject | undefined> {
  const { apiVersion, kind, metadata } = live;
  const started = performance.now();
  for (let looks = 0; ; looks++) {
    const left = await findIn(session.lists.list(started, apiVersion, kind, metadata.namespace), metadata.uid);
    const waited = performance.now() - started;
    if (!left || waited >= limit) return left;
    if (looks === 0) call.status(`waiting for ${describe(live)} to go`);
    await pause(nextLook(waited), undefined, { signal: call.signal });
  }
}

/** A kind whose definition went away took its objects along. */
async function findIn(list: Promise<readonly KubeObject[]>, uid: string | undefined): Promise<KubeObject | undefined> {
  try {
    return (await list).find(({ metadata }) => metadata.uid === uid);
  } catch (error) {
    if (error instanceof NoMatch || isApiError(error, "NotFound")) return undefined;
    throw error;
  }
}

function stuck(left: KubeObject, { id, inputs, outputs }: DeleteRequest, call: Call): InitFailed {
  const { finalizers = [] } = left.metadata;
  const hint = `finalizers might be preventing deletion (${finalizers.join(", ") || "none set"})`;
  call.warn(`${describe(left)}: ${hint}`);
  const kept = outputsOf(left, {
    inputs,
    initialApiVersion: stored(outputs, "__initialApiVersion") ?? left.apiVersion,
    fieldManager: stored(outputs, "__fieldManager") ?? "",
  });
  return new InitFailed({ id, inputs, outputs: kept }, [
    `'${left.metadata.name}' timed out waiting to be deleted: ${hint}`,
  ]);
}
