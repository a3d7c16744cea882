import { type ChangeKind, isList, isObject, type PropertyValue } from "../../protocol/index.ts";
import type { Path } from "./paths.ts";

export interface Change {
  readonly path: Path;
  readonly kind: ChangeKind;
}

/**
 * The parts of `live` that `shape` also has, lists cut to its length: what the server added on its own is left out. With
 * `dropsZeros`, a false, zero or empty value that was sent and did not come back counts as stored.
 */
export function prune(
  live: PropertyValue | undefined,
  shape: PropertyValue,
  server: { readonly dropsZeros: boolean },
): PropertyValue | undefined {
  if (isList(live) && isList(shape)) {
    return shape.slice(0, live.length).map((item, i) => prune(live[i], item, server) ?? null);
  }
  if (isAbsent(live)) return server.dropsZeros && isZero(shape) ? shape : live;
  if (!isObject(live) || !isObject(shape)) return live;
  const fields = Object.entries(shape).map(([key, part]) => [key, prune(live[key], part, server)] as const);
  return Object.fromEntries(fields.filter((field) => field[1] !== undefined));
}

/** What leads from `before` to `after`, one entry per differing field or list item. */
export function compare(
  before: PropertyValue | undefined,
  after: PropertyValue | undefined,
  path: Path = [],
): Change[] {
  if (isAbsent(before) && isAbsent(after)) return [];
  if (isAbsent(before)) return [{ path, kind: "add" }];
  if (isAbsent(after)) return [{ path, kind: "delete" }];
  if (isList(before) && isList(after)) {
    return [...Array(Math.max(before.length, after.length)).keys()].flatMap((i) =>
      compare(before[i], after[i], [...path, i]),
    );
  }
  if (isObject(before) && isObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => compare(before[key], after[key], [...path, key]));
  }
  return before === after ? [] : [{ path, kind: "update" }];
}

function isAbsent(value: PropertyValue | undefined): value is null | undefined {
  return value === undefined || value === null;
}

function isZero(value: PropertyValue | undefined): boolean {
  if (isList(value)) return value.every(isZero);
  if (isObject(value)) return Object.values(value).every(isZero);
  return isAbsent(value) || value === false || value === 0 || value === "";
}
