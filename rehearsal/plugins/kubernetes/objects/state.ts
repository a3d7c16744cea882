import { copySecrecy, isObject, type Properties, revealAll } from "../../protocol/index.ts";
import { fromServerKeys } from "./crd-keys.ts";
import { asObject, asProperties, type KubeObject } from "./object.ts";
import { protectSecretData } from "./normalise.ts";

/** What state keeps of a resource beside the live object. */
export interface Bookkeeping {
  /** Inputs of the last create or update, with their secrets. */
  readonly inputs: Properties;
  readonly initialApiVersion: string;
  /** Field manager of our updates. */
  readonly fieldManager: string;
}

const OWN_KEYS = ["__inputs", "__initialApiVersion", "__fieldManager"];

/** Outputs of a resource: the whole live object, secret where the inputs are. */
export function outputsOf(live: KubeObject, { inputs, initialApiVersion, fieldManager }: Bookkeeping): Properties {
  const object = copySecrecy(inputs, asProperties(fromServerKeys(live)));
  return {
    ...protectSecretData(object as Properties),
    __inputs: protectSecretData(inputs),
    __initialApiVersion: initialApiVersion,
    __fieldManager: fieldManager,
  };
}

/** The live object as of the last create, update or refresh. */
export function liveFrom(outputs: Properties): KubeObject {
  const entries = Object.entries(revealAll(outputs)).filter(([key]) => !OWN_KEYS.includes(key));
  return asObject(Object.fromEntries(entries));
}

export function stored(outputs: Properties, key: "__initialApiVersion" | "__fieldManager"): string | undefined {
  const value = outputs[key];
  return typeof value === "string" ? value : undefined;
}

export function metadataOf(properties: Properties): Properties {
  const { metadata } = properties;
  return isObject(metadata) ? metadata : {};
}
