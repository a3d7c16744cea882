import { UnknownValueError } from "@pulumi/policy";
import { unknown } from "./field";

/** A copy of a resource's properties with {@link unknown} in every place whose value the engine refuses to show in a preview. */
export function settled(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.keys(value).map((key) => [key, settled(valueAt(value, key))] as const);
  return Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}

function valueAt(value: object, key: string): unknown {
  try {
    return Reflect.get(value, key);
  } catch (error) {
    if (error instanceof UnknownValueError) return unknown;
    throw error;
  }
}
