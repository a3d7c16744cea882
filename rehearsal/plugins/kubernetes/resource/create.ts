import {
  type Call,
  type CreateRequest,
  type CreateResult,
  hasUnknown,
  InitFailed,
  type Properties,
  revealAll,
} from "../../protocol/index.ts";
import { awaitReady, NotReady } from "../await/index.ts";
import { referenceTo } from "../client/cluster.ts";
import { ApiError, isApiError, NoMatch, Unreachable } from "../client/errors.ts";
import { toServerKeys } from "../objects/crd-keys.ts";
import { asObject, describe, idOf, type KubeObject } from "../objects/object.ts";
import { type Bookkeeping, outputsOf } from "../objects/state.ts";
import { create, CREATOR } from "../write/create.ts";
import { fieldManagerFor } from "../write/managers.ts";
import type { Session } from "./session.ts";

/** @throws InitFailed when the object exists but does not become ready; Error when it could not be created */
export async function createResource(request: CreateRequest, session: Session, call: Call): Promise<CreateResult> {
  const { inputs, preview, timeout } = request;
  if (preview && hasUnknown(inputs)) return { id: "", outputs: inputs };
  const object = toServerKeys(asObject(revealAll(inputs)));
  const bookkeeping = {
    inputs,
    initialApiVersion: object.apiVersion,
    fieldManager: fieldManagerFor(object, undefined),
  };
  if (preview) return { id: "", outputs: await previewOutputs(object, bookkeeping, session) };
  const { cluster, lists, pauses } = session;
  const retry = { pause: pauses.retry, call };
  const written = await create(cluster, object, retry);
  const id = idOf(written);
  try {
    const changed = await awaitReady(written, { timeout, lists, pauses, call });
    const live = changed ? await cluster.get(referenceTo(written)) : written;
    return { id, outputs: outputsOf(live, bookkeeping) };
  } catch (error) {
    if (!(error instanceof NotReady)) throw error;
    const live = await cluster.get(referenceTo(written));
    throw new InitFailed({ id, inputs, outputs: outputsOf(live, bookkeeping) }, reasonsFor(written, error));
  }
}

/** What the server would store; the inputs where it cannot say yet. */
async function previewOutputs(object: KubeObject, bookkeeping: Bookkeeping, session: Session): Promise<Properties> {
  try {
    const stored = await session.cluster.create(object, { fieldManager: CREATOR, dryRun: true });
    delete stored["status"];
    return outputsOf(stored, bookkeeping);
  } catch (error) {
    if (isUndecided(error)) return bookkeeping.inputs;
    throw error;
  }
}

/** Missing kinds and namespaces may come with the same update, and permissions as well. */
function isUndecided(error: unknown): boolean {
  if (error instanceof NoMatch || error instanceof Unreachable) return true;
  return isApiError(error, "NotFound") || isApiError(error, "AlreadyExists") || isForbidden(error);
}

export function isForbidden(error: unknown): boolean {
  return error instanceof ApiError && error.code === 403;
}

export function reasonsFor(object: KubeObject, error: NotReady): string[] {
  const [summary = "", ...findings] = error.reasons;
  const prefix =
    `resource ${describe(object)} was successfully created, but the Kubernetes API server reported that it failed to ` +
    "fully initialize or become live";
  return [`${prefix}: ${summary}`, ...findings];
}
