import { randomBytes } from "node:crypto";
import type { JsonObject, KubeObject, ManagedFieldsEntry } from "../objects/object.ts";
import { annotationOf } from "../objects/object.ts";
import { CREATOR } from "./create.ts";

/** Field manager of a resource's updates: what the program asks for, what state holds, or a new one of its own. */
export function fieldManagerFor(object: KubeObject, stored: string | undefined): string {
  return annotationOf(object, "patchFieldManager") ?? stored ?? `${CREATOR}-${randomBytes(4).toString("hex")}`;
}

/** Managers of plain writes whose fields the program takes over; kubectl's too, so that a hand-made repair is undone. */
const UPDATERS = ["pulumi-kubernetes", "kubectl"];

function isTakenOver({ manager, operation, subresource }: ManagedFieldsEntry): boolean {
  if (subresource) return false;
  if (operation === "Apply") return manager.startsWith("kubectl");
  return UPDATERS.some((prefix) => manager.startsWith(prefix)) || manager === "before-first-apply";
}

export function hasCreatorEntry(live: KubeObject): boolean {
  return (live.metadata.managedFields ?? []).some(
    ({ manager, operation }) => operation === "Update" && manager.startsWith(CREATOR),
  );
}

/** The object's managed fields with those of the creator and of kubectl moved to `manager`; undefined if there are none. */
export function takeOver(live: KubeObject, manager: string): ManagedFieldsEntry[] | undefined {
  const entries = live.metadata.managedFields ?? [];
  const moved = entries.filter(isTakenOver);
  const [first] = moved;
  if (!first) return undefined;
  const isOwn = (entry: ManagedFieldsEntry) =>
    entry.operation === "Apply" && entry.manager === manager && !entry.subresource;
  const fieldsV1 = [...moved, ...entries.filter(isOwn)].map((entry) => entry.fieldsV1).reduce(union);
  const others = entries.filter((entry) => !isTakenOver(entry) && !isOwn(entry));
  return [...others, { ...first, manager, operation: "Apply", fieldsV1 }];
}

function union(a: JsonObject, b: JsonObject): JsonObject {
  const merged = { ...a };
  for (const [key, value] of Object.entries(b)) {
    merged[key] = key in merged ? union(merged[key] as JsonObject, value as JsonObject) : value;
  }
  return merged;
}

/** Managers that own the field itself or something below it. */
export function ownersOf(live: KubeObject, path: readonly string[]): string[] {
  return (live.metadata.managedFields ?? [])
    .filter(({ fieldsV1 }) => covers(fieldsV1, path))
    .map(({ manager }) => manager);
}

function covers(fields: JsonObject, path: readonly string[]): boolean {
  let node: JsonObject | undefined = fields;
  for (const segment of path) node = node?.[`f:${segment}`] as JsonObject | undefined;
  return node !== undefined;
}
