import type { Connection } from "./connection";
import type { Around, Declared, Kind, Reference } from "./kind";
import type { Part } from "./part";
import type { Site } from "./site";

/** A declared part with its kind and the parts it names. */
export interface PlannedPart extends Declared {
  readonly made: Kind;
  readonly references: readonly Reference[];
}

type Create = (name: string, args: never, made: Kind) => Part;

/** Makes every part after those it names, and hands it their connections. `planned` is in that order. */
export function build(planned: readonly PlannedPart[], site: Site, create: Create): Part[] {
  const parts = new Map<string, Part>();
  const connection = (reference: string) => find(parts, reference);
  for (const { name, keys, made, references } of planned) {
    const uses = references.flatMap(({ to, as }) => (as === undefined ? [] : [{ ...connection(to), name: as }]));
    parts.set(name, create(name, { ...keys, uses, connection, site } satisfies Around as never, made));
  }
  return [...parts.values()];
}

function find(parts: ReadonlyMap<string, Part>, reference: string): Connection {
  const { part, connection } = parseReference(reference, (name) => parts.has(name));
  const found = parts.get(part)?.connections[connection];
  if (found) return found;
  const offered = Object.keys(parts.get(part)?.connections ?? {}).join(", ") || "none";
  throw new Error(`"${reference}" names no connection; ${part} offers ${offered}.`);
}

/** `postgres.reader` -> part and connection. Names of models may hold dots themselves. */
export function parseReference(reference: string, isPart: (name: string) => boolean) {
  if (isPart(reference)) return { part: reference, connection: "default" };
  const dot = reference.lastIndexOf(".");
  if (dot < 0) return { part: reference, connection: "default" };
  return { part: reference.slice(0, dot), connection: reference.slice(dot + 1) };
}
