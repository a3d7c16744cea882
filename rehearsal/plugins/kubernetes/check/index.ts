import { type CheckRequest, type CheckResult, copySecrecy, type Properties, revealAll } from "../../protocol/index.ts";
import { messageOf } from "../client/errors.ts";
import { normalise, protectSecretData } from "../objects/normalise.ts";
import { typeOf } from "../objects/object.ts";
import { metadataOf } from "../objects/state.ts";
import { named } from "./autoname.ts";
import type { Scopes } from "./scope.ts";

export interface CheckContext {
  readonly scopes: Scopes;
  readonly defaultNamespace: string;
}

/** Completes the inputs of an object with its name and namespace and brings them into the form the server stores. */
export async function check(request: CheckRequest, context: CheckContext): Promise<CheckResult> {
  try {
    refuseUnsupported(request);
    const inputs = await complete(request, context);
    return { inputs };
  } catch (error) {
    return { inputs: request.inputs, failures: [{ property: "", reason: messageOf(error) }] };
  }
}

async function complete(request: CheckRequest, { scopes, defaultNamespace }: CheckContext): Promise<Properties> {
  const plain = normalise(revealAll(named(request)));
  scopes.register([plain]);
  const { apiVersion, kind } = typeOf(plain);
  const namespaced = await scopes.isNamespaced(apiVersion, kind);
  const metadata = metadataOf(plain);
  const placed = { ...plain, metadata: inNamespace(metadata, namespaced ? defaultNamespace : undefined) };
  return protectSecretData(copySecrecy(request.inputs, placed) as Properties);
}

/** @param namespace where an object goes that does not say; none for a kind that has none */
function inNamespace(metadata: Properties, namespace: string | undefined): Properties {
  if (namespace === undefined)
    return { ...Object.fromEntries(Object.entries(metadata).filter(([key]) => key !== "namespace")) };
  return metadata["namespace"] ? metadata : { ...metadata, namespace };
}

function refuseUnsupported({ type, inputs }: CheckRequest): void {
  const { kind } = typeOf(inputs);
  const token = type.split(":").at(-1) ?? "";
  if (token === `${kind}Patch`)
    throw new Error(`${type}: the rehearsal plugin has no Patch types; own the whole object`);
  if (token.endsWith("List") && kind.endsWith("List")) {
    throw new Error(`${type} is a list; create its items as ${type.slice(0, -"List".length)}`);
  }
}
