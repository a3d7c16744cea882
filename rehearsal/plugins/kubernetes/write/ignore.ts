import type { KubeObject } from "../objects/object.ts";
import { CREATOR } from "./create.ts";
import { ownersOf } from "./managers.ts";

type Fields = { [key: string]: unknown };

/**
 * The object to apply with its ignored fields as the cluster has them: left out where someone else owns the field, sent with
 * the live value where we do. Paths are split at dots, so list items cannot be ignored one by one.
 */
export function withIgnored(
  object: KubeObject,
  live: KubeObject,
  paths: readonly string[],
  manager: string,
): KubeObject {
  const result = structuredClone(object);
  for (const path of paths.map((text) => text.split("."))) {
    const owners = ownersOf(live, path);
    const isOurs = owners.some((owner) => owner === manager || owner.startsWith(CREATOR));
    const value = owners.length > 0 && !isOurs ? undefined : read(live, path);
    write(result, path, value);
  }
  return result;
}

function read(object: Fields, path: readonly string[]): unknown {
  return path.reduce<unknown>((part, key) => (part as Fields | undefined)?.[key], object);
}

function write(object: Fields, path: readonly string[], value: unknown): void {
  const last = path.at(-1);
  if (last === undefined) return;
  const parents = path.slice(0, -1);
  if (value === undefined) {
    const parent = read(object, parents) as Fields | undefined;
    if (parent) Reflect.deleteProperty(parent, last);
    return;
  }
  const parent = parents.reduce<Fields>((part, key) => (part[key] ??= {}) as Fields, object);
  parent[last] = value;
}
