import { isDeepStrictEqual } from "node:util";
import {
  type DiffRequest,
  type DiffResult,
  isObject,
  type Properties,
  type PropertyChange,
  type PropertyValue,
} from "../../protocol/index.ts";
import { formatPath, isWithin, parsePath, type Path } from "../diff/paths.ts";
import { comparable } from "./inputs.ts";

const REPLACING = ["name", "namespace"];

/** A value that the program sets is compared with what is in state; one that it no longer sets counts only if it once did. */
export function diff(request: DiffRequest): DiffResult {
  const [before, after, state] = [request.oldInputs, request.inputs, request.oldOutputs].map(comparable);
  const found = compare(before ?? {}, after ?? {}, state ?? {}, []);
  const ignored = request.ignoreChanges.map(parsePath);
  const relevant = found.filter(({ path }) => !ignored.some((pattern) => isWithin(path, pattern)));
  const changes = Object.fromEntries(relevant.map(({ path, change }) => [formatPath(path), change]));
  return { changed: relevant.length > 0, changes, deleteBeforeReplace: false };
}

interface Found {
  readonly path: Path;
  readonly change: PropertyChange;
}

function compare(before: Properties, after: Properties, state: Properties, path: Path): Found[] {
  const removed = Object.keys(before).filter((key) => isNothing(after[key]) && !isNothing(state[key]));
  return [
    ...removed.map((key) => found("delete", [...path, key])),
    ...Object.entries(after).flatMap(([key, value]) => compareValue(before[key], value, state[key], [...path, key])),
  ];
}

function compareValue(
  before: PropertyValue | undefined,
  after: PropertyValue,
  state: PropertyValue | undefined,
  path: Path,
): Found[] {
  if (isObject(after) && isObject(state)) return compare(isObject(before) ? before : {}, after, state, path);
  if (isNothing(after) || isDeepStrictEqual(after, state)) return [];
  return [found(isNothing(state) ? "add" : "update", path)];
}

function found(kind: PropertyChange["kind"], path: Path): Found {
  return { path, change: { kind, replaces: REPLACING.includes(formatPath(path)), inputDiff: true } };
}

function isNothing(value: PropertyValue | undefined): boolean {
  return value === undefined || value === null;
}
