import { createHash, randomBytes } from "node:crypto";
import { type CheckRequest, isObject, type Properties, type PropertyValue } from "../../protocol/index.ts";
import { metadataOf } from "../objects/state.ts";

const AUTONAMED = "pulumi.com/autonamed";

export function isAutonamed(inputs: Properties): boolean {
  const { annotations } = metadataOf(inputs);
  return isObject(annotations) && annotations[AUTONAMED] === "true";
}

function isSet(value: PropertyValue | undefined): boolean {
  return value !== undefined && value !== null && value !== "";
}

/**
 * Inputs with a name: the program's own, else the one chosen for the resource earlier, else a new one made of the resource's
 * name and eight hexadecimal digits.
 * @throws Error when the stack switches automatic names off or the program asks the server for one
 */
export function named(request: CheckRequest): Properties {
  const { inputs, oldInputs, autonaming } = request;
  const metadata = metadataOf(inputs);
  if (isSet(metadata["name"])) return inputs;
  if (isSet(metadata["generateName"])) {
    throw new Error(
      "metadata.generateName is not supported with server-side apply; set metadata.name or leave both out",
    );
  }
  const previous = oldInputs && isAutonamed(oldInputs) ? metadataOf(oldInputs)["name"] : undefined;
  if (previous !== undefined) return withName(inputs, previous);
  if (autonaming?.mode === "disabled") {
    throw new Error(`autonaming is disabled for ${request.type} ${request.name}; set metadata.name`);
  }
  return withName(inputs, autonaming?.proposedName || `${request.name}-${suffix(request.randomSeed)}`);
}

function suffix(seed: Uint8Array): string {
  const entropy = seed.length > 0 ? seed : randomBytes(16);
  return createHash("sha256").update(entropy).digest("hex").slice(0, 8);
}

function withName(inputs: Properties, name: PropertyValue): Properties {
  const metadata = metadataOf(inputs);
  const annotations = isObject(metadata["annotations"]) ? metadata["annotations"] : {};
  return { ...inputs, metadata: { ...metadata, name, annotations: { ...annotations, [AUTONAMED]: "true" } } };
}
