import {
  type Call,
  hasUnknown,
  InitFailed,
  type Properties,
  revealAll,
  type UpdateRequest,
} from "../../protocol/index.ts";
import { awaitReady, NotReady } from "../await/index.ts";
import { referenceTo } from "../client/cluster.ts";
import { isApiError, messageOf, NoMatch, Unreachable } from "../client/errors.ts";
import { toServerKeys } from "../objects/crd-keys.ts";
import { asObject, describe, type KubeObject } from "../objects/object.ts";
import { type Bookkeeping, outputsOf, stored } from "../objects/state.ts";
import { fieldManagerFor } from "../write/managers.ts";
import { update } from "../write/update.ts";
import { isForbidden, reasonsFor } from "./create.ts";
import type { Session } from "./session.ts";

interface Target {
  readonly object: KubeObject;
  readonly bookkeeping: Bookkeeping;
}

/** @throws InitFailed when anything goes wrong and the object still exists: state then holds the new inputs */
export async function updateResource(
  request: UpdateRequest,
  session: Session,
  call: Call,
): Promise<{ outputs: Properties }> {
  const { inputs, preview, oldOutputs } = request;
  if (preview && hasUnknown(inputs)) return { outputs: inputs };
  const object = toServerKeys(asObject(revealAll(inputs)));
  const target = {
    object,
    bookkeeping: {
      inputs,
      initialApiVersion: stored(oldOutputs, "__initialApiVersion") ?? object.apiVersion,
      fieldManager: fieldManagerFor(object, stored(oldOutputs, "__fieldManager")),
    },
  };
  return { outputs: await (preview ? previewUpdate(request, target, session) : apply(request, target, session, call)) };
}

async function apply(request: UpdateRequest, target: Target, session: Session, call: Call): Promise<Properties> {
  const { cluster, lists, pauses } = session;
  const { object, bookkeeping } = target;
  try {
    const written = await update(cluster, object, optionsFor(request, target, session));
    const changed = await awaitReady(written, { timeout: request.timeout, lists, pauses, call });
    return outputsOf(changed ? await cluster.get(referenceTo(object)) : written, bookkeeping);
  } catch (error) {
    if (error instanceof NoMatch || error instanceof Unreachable) throw error;
    const live = await stillThere(target, session, error);
    const failed = { id: request.id, inputs: request.inputs, outputs: outputsOf(live, bookkeeping) };
    throw new InitFailed(failed, error instanceof NotReady ? reasonsFor(object, error) : [failure(object, error)]);
  }
}

function optionsFor({ ignoreChanges, preview }: UpdateRequest, { bookkeeping }: Target, { alwaysForce }: Session) {
  return { fieldManager: bookkeeping.fieldManager, ignoreChanges, preview, alwaysForce };
}

async function stillThere({ object }: Target, session: Session, cause: unknown): Promise<KubeObject> {
  try {
    return await session.cluster.get(referenceTo(object));
  } catch (error) {
    if (!isApiError(error, "NotFound")) throw error;
    throw new Error(`update of ${describe(object)} failed, unable to get cluster state: ${messageOf(cause)}`);
  }
}

function failure(object: KubeObject, error: unknown): string {
  return (
    `update of ${describe(object)} failed because the Kubernetes API server reported that it failed to fully initialize ` +
    `or become live: ${messageOf(error)}`
  );
}

/** The inputs where the server cannot say yet; its answer to a dry run otherwise. */
async function previewUpdate(request: UpdateRequest, target: Target, session: Session): Promise<Properties> {
  try {
    const result = await update(session.cluster, target.object, optionsFor(request, target, session));
    return outputsOf(result, target.bookkeeping);
  } catch (error) {
    if (error instanceof NoMatch || error instanceof Unreachable || isForbidden(error)) return request.inputs;
    throw new Error(failure(target.object, error));
  }
}
