import { isList, isObject, type Properties, type PropertyValue, Secret } from "../../protocol/index.ts";
import { isBuiltIn } from "./built-in.ts";
import { type Json, typeOf } from "./object.ts";
import { canonicalQuantity } from "./quantity.ts";
import { isQuantity } from "./quantity-fields.ts";

/** Metadata only the server writes. */
const READ_ONLY_METADATA = [
  "creationTimestamp",
  "uid",
  "resourceVersion",
  "generation",
  "managedFields",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
];

/**
 * The object as the API server will store what it says, so that what was sent and what came back can be compared: quantities
 * in their canonical form, a Secret's stringData folded into data, nothing only the server may write. Custom resources keep
 * their fields as they are; unknown values stay unknown. Secrets must be revealed before.
 */
export function normalise(inputs: Properties): Properties {
  const { apiVersion, kind } = typeOf(inputs);
  let object = withoutReadOnlyMetadata(inputs);
  if (apiVersion === "v1" && kind === "Secret") object = foldStringData(object);
  if (kind === "CustomResourceDefinition") return withoutServerParts(object);
  return isBuiltIn(apiVersion) ? (canonical(kind, object, []) as Properties) : object;
}

function withoutReadOnlyMetadata(object: Properties): Properties {
  const { metadata } = object;
  return isObject(metadata) ? { ...object, metadata: without(metadata, READ_ONLY_METADATA) } : object;
}

function withoutServerParts(crd: Properties): Properties {
  const definition = without(crd, ["status"]);
  const { spec } = definition;
  if (!isObject(spec) || spec["preserveUnknownFields"] !== false) return definition;
  return { ...definition, spec: without(spec, ["preserveUnknownFields"]) };
}

function without(object: Properties, keys: readonly string[]): Properties {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

function canonical(kind: string, value: PropertyValue, path: readonly string[]): PropertyValue {
  if (isList(value)) return value.map((item) => canonical(kind, item, path));
  if (isObject(value)) {
    const fields = Object.entries(value).map(([key, field]) => [key, canonical(kind, field, [...path, key])]);
    return Object.fromEntries(fields) as Properties;
  }
  return isQuantity(kind, path) ? canonicalQuantity(value as Json) : value;
}

function foldStringData(secret: Properties): Properties {
  const { stringData, data, ...rest } = secret;
  const foldable = [stringData, data].every((part) => part === undefined || isObject(part));
  if (!foldable || (!stringData && !data)) return secret;
  const encoded = mapFields(data, (value) => value.replace(/\s/g, ""));
  const plain = mapFields(stringData, (value) => Buffer.from(value).toString("base64"));
  return { ...rest, data: { ...encoded, ...plain } };
}

function mapFields(fields: PropertyValue | undefined, change: (value: string) => string): Properties {
  if (!isObject(fields)) return {};
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, typeof value === "string" ? change(value) : value]),
  );
}

/** The values of a Secret are secret whatever the program says; data moved from stringData is no exception. */
export function protectSecretData(object: Properties): Properties {
  if (object["kind"] !== "Secret" || object["apiVersion"] !== "v1") return object;
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => {
      const hidden = (key === "data" || key === "stringData") && !(value instanceof Secret);
      return [key, hidden ? new Secret(value) : value];
    }),
  );
}
