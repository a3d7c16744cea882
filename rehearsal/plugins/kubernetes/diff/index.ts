import {
  type DiffRequest,
  type DiffResult,
  hasUnknown,
  isObject,
  type Properties,
  type PropertyChange,
  type PropertyValue,
  revealAll,
} from "../../protocol/index.ts";
import { isAutonamed } from "../check/autoname.ts";
import { groupOf, isBuiltIn } from "../objects/built-in.ts";
import { normalise } from "../objects/normalise.ts";
import { asProperties, typeOf } from "../objects/object.ts";
import { liveFrom, metadataOf } from "../objects/state.ts";
import { type Change, compare, prune } from "./compare.ts";
import { forceNewPaths } from "./force-new.ts";
import { formatPath, isWithin, parsePath, type Path } from "./paths.ts";

export interface DiffContext {
  readonly mutableConfigMaps: boolean;
  readonly mutableSecrets: boolean;
}

/**
 * Compares what the program asks for with the object as of the last create, update or refresh, in the fields the program set
 * then. No request is made.
 */
export function diff(request: DiffRequest, context: DiffContext): DiffResult {
  const oldInputs = normalise(revealAll(request.oldInputs));
  const inputs = normalise(revealAll(request.inputs));
  const { apiVersion, kind } = typeOf(inputs);
  const server = { dropsZeros: isBuiltIn(apiVersion) };
  const live = prune(asProperties(liveFrom(request.oldOutputs)), oldInputs, server) as Properties;
  const ignored = request.ignoreChanges.map(parsePath);
  const found = compare(live, inputs).filter(({ path }) => !ignored.some((pattern) => isWithin(path, pattern)));
  const forced = forceNewPaths(groupOf(apiVersion), kind, {
    configMaps: context.mutableConfigMaps,
    secrets: context.mutableSecrets,
    immutable: inputs["immutable"] === true,
  }).map(parsePath);
  const changes = found.map((change) => [formatPath(change.path), describe(change, forced, live)] as const);
  const replaces = changes.some(([, change]) => change.replaces);
  return {
    changed: changes.length > 0,
    changes: Object.fromEntries(changes),
    deleteBeforeReplace: replaces && keepsName(live, inputs),
  };
}

function describe({ path, kind }: Change, forced: readonly Path[], live: Properties): PropertyChange {
  const replaces = forced.some((field) => isWithin(path, field) || (isWithin(field, path) && has(live, field)));
  return { kind, replaces, inputDiff: kind === "delete" };
}

function has(object: Properties, path: Path): boolean {
  const value = path.reduce<PropertyValue | undefined>((part, key) => (isObject(part) ? part[key] : undefined), object);
  return value !== undefined;
}

/** Two objects cannot have one name, so the old one has to go before the new one can come. */
function keepsName(live: Properties, inputs: Properties): boolean {
  const before = metadataOf(live);
  const after = metadataOf(inputs);
  if (hasUnknown(after["name"]) || hasUnknown(after["namespace"]) || isAutonamed(inputs)) return false;
  return before["name"] === after["name"] && before["namespace"] === after["namespace"];
}
