import { isDeepStrictEqual } from "node:util";
import {
  type ChangeKind,
  type CheckFailure,
  type DiffResult,
  hasUnknown,
  type Properties,
  type PropertyChange,
  type PropertyValue,
  type Provider,
  type ResourceRequest,
  revealAll,
  Secret,
  UNKNOWN,
} from "../protocol/index.ts";
import type { BridgedResource } from "./resource.ts";

/** A plugin of these resource types, by type token. */
export function bridge(version: string, types: { readonly [token: string]: BridgedResource }): Provider {
  const typeOf = (request: ResourceRequest): BridgedResource => {
    const type = types[request.type];
    if (type) return type;
    throw new Error(
      `${request.urn}: this stand-in has no type "${request.type}". It has ${Object.keys(types).sort().join(", ")}.`,
    );
  };
  return {
    version,
    configure: () => Promise.resolve(),
    check: (request) => {
      const { inputs } = request;
      return Promise.resolve({ inputs, failures: failures(typeOf(request), inputs) });
    },
    diff: (request) => Promise.resolve(diff(typeOf(request), request.oldOutputs, request.inputs)),
    create: async (request) => {
      const type = typeOf(request);
      const inputs = planned(type, request.inputs);
      if (request.preview) {
        return { id: "", outputs: withSecrets(type, { ...inputs, ...unknownOutputs(type) }) };
      }
      const { id, outputs } = await type.create(revealAll(inputs));
      return { id, outputs: stateOf(type, id, { ...inputs, ...outputs }) };
    },
    update: (request) => {
      const type = typeOf(request);
      const outputs = { ...request.oldOutputs, ...planned(type, request.inputs) };
      return Promise.resolve({ outputs: hasUnknown(outputs) ? outputs : refreshed(type, outputs) });
    },
    read: async (request) => {
      const type = typeOf(request);
      if (Object.keys(request.outputs).length > 0) return { ...request, outputs: refreshed(type, request.outputs) };
      if (!type.restore) throw new Error(`${request.urn}: a resource of the type ${request.type} cannot be imported.`);
      const { id, inputs, outputs } = await type.restore(request.id);
      return { id, inputs, outputs: stateOf(type, id, { ...planned(type, inputs), ...outputs }) };
    },
    delete: () => Promise.resolve(),
  };
}

function failures(type: BridgedResource, inputs: Properties): readonly CheckFailure[] {
  const missing = type.required
    .filter((name) => inputs[name] === undefined || inputs[name] === null)
    .map((property) => ({ property, reason: `Missing required property '${property}'.` }));
  if (missing.length > 0 || hasUnknown(inputs)) return missing;
  return type.validate(revealAll(planned(type, inputs)));
}

/** The inputs with the defaults of those that the program left out. */
function planned(type: BridgedResource, inputs: Properties): Properties {
  const given = Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== null));
  return { ...type.defaults(given), ...given };
}

function diff(type: BridgedResource, oldOutputs: Properties, newInputs: Properties): DiffResult {
  const stored = revealAll(oldOutputs);
  const plan = revealAll(planned(type, newInputs));
  const changes: { [path: string]: PropertyChange } = {};
  for (const name of inputNames(type, stored, plan)) {
    const before = stored[name] ?? null;
    const after = plan[name] ?? null;
    if (isDeepStrictEqual(before, after) || type.same[name]?.(before, after)) continue;
    changes[name] = { kind: kindOf(before, after), replaces: !type.updatable.includes(name) };
  }
  const expired = hasUnknown(plan) ? undefined : type.expired?.({ ...stored, ...plan });
  if (expired) changes[expired] = { kind: "update", replaces: true };
  return { changed: Object.keys(changes).length > 0, changes };
}

function inputNames(type: BridgedResource, stored: Properties, plan: Properties): Set<string> {
  const noInput = new Set([...type.computed, "id", "__meta"]);
  return new Set([...Object.keys(stored), ...Object.keys(plan)].filter((name) => !noInput.has(name)));
}

function kindOf(before: PropertyValue, after: PropertyValue): ChangeKind {
  if (before === null) return "add";
  return after === null ? "delete" : "update";
}

function unknownOutputs(type: BridgedResource): Properties {
  return Object.fromEntries(type.computed.map((name) => [name, UNKNOWN]));
}

function stateOf(type: BridgedResource, id: string, outputs: Properties): Properties {
  const meta = JSON.stringify({ schema_version: String(type.schemaVersion) });
  return withSecrets(type, { ...outputs, id, __meta: meta });
}

function withSecrets(type: BridgedResource, outputs: Properties): Properties {
  const marked = { ...outputs };
  for (const name of type.secrets) {
    const value = outputs[name];
    if (value !== undefined && !(value instanceof Secret)) marked[name] = new Secret(value);
  }
  return marked;
}

function refreshed(type: BridgedResource, outputs: Properties): Properties {
  return type.refresh ? { ...outputs, ...type.refresh(revealAll(outputs)) } : outputs;
}
