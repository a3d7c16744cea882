import {
  copySecrecy,
  InitFailed,
  type Properties,
  type ReadRequest,
  type ReadResult,
  revealAll,
} from "../../protocol/index.ts";
import { lookOnce } from "../await/index.ts";
import type { Reference } from "../client/cluster.ts";
import { isApiError, NoMatch } from "../client/errors.ts";
import { prune } from "../diff/compare.ts";
import { isBuiltIn } from "../objects/built-in.ts";
import { fromServerKeys } from "../objects/crd-keys.ts";
import { normalise, protectSecretData } from "../objects/normalise.ts";
import { asProperties, idOf, type KubeObject } from "../objects/object.ts";
import { outputsOf, stored } from "../objects/state.ts";
import { fieldManagerFor } from "../write/managers.ts";
import type { Session } from "./session.ts";

/** Annotations that controllers and kubectl write, not programs. */
const FOREIGN_ANNOTATIONS = ["deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration"];

/** @throws InitFailed when a refreshed object is not ready; the live object is recorded all the same */
export async function readResource(request: ReadRequest, session: Session): Promise<ReadResult | undefined> {
  const live = await find(referenceOf(request), session);
  if (!live) return undefined;
  const isImport = Object.keys(request.inputs).length === 0;
  const inputs = isImport ? importedInputs(live) : refreshedInputs(live, request.inputs);
  const outputs = outputsOf(live, {
    inputs,
    initialApiVersion: stored(request.outputs, "__initialApiVersion") ?? live.apiVersion,
    fieldManager: fieldManagerFor(live, stored(request.outputs, "__fieldManager")),
  });
  const id = request.id || idOf(live);
  const verdict = isImport ? undefined : await lookOnce(live, session.lists);
  if (verdict && !verdict.ready) {
    throw new InitFailed({ id, inputs, outputs }, [`${id} was created but failed to initialize`, ...verdict.findings]);
  }
  return { id, inputs, outputs };
}

async function find(reference: Reference, { cluster }: Session): Promise<KubeObject | undefined> {
  try {
    return await cluster.get(reference);
  } catch (error) {
    if (error instanceof NoMatch || isApiError(error, "NotFound")) return undefined;
    throw error;
  }
}

/** `name` or `namespace/name`; the type token says the rest: `kubernetes:apps/v1:Deployment`. */
export function referenceOf({ id, type, inputs }: Pick<ReadRequest, "id" | "type" | "inputs">): Reference {
  const [, apiVersion = "", kind = ""] = type.split(":");
  const slash = id.indexOf("/");
  return {
    apiVersion: typeof inputs["apiVersion"] === "string" ? inputs["apiVersion"] : apiVersion.replace(/^core\//, ""),
    kind: typeof inputs["kind"] === "string" ? inputs["kind"] : kind,
    name: id.slice(slash + 1),
    namespace: slash < 0 ? undefined : id.slice(0, slash),
  };
}

function refreshedInputs(live: KubeObject, inputs: Properties): Properties {
  const server = { dropsZeros: isBuiltIn(live.apiVersion) };
  const pruned = prune(asProperties(fromServerKeys(live)), normalise(revealAll(inputs)), server) as Properties;
  return protectSecretData(copySecrecy(inputs, pruned) as Properties);
}

/** What a program would have to say to get this object. The fields of custom resources are in no schema of the SDK. */
function importedInputs(live: KubeObject): Properties {
  const { apiVersion, kind, metadata } = live;
  if (!isBuiltIn(apiVersion)) {
    const { name, namespace } = metadata;
    return { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } };
  }
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => !FOREIGN_ANNOTATIONS.includes(key));
  const own = { ...metadata, annotations: Object.fromEntries(annotations) };
  const entries = Object.entries(fromServerKeys({ ...live, metadata: own })).filter(([key]) => key !== "status");
  return protectSecretData(normalise(Object.fromEntries(entries) as Properties));
}
