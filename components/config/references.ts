import { closest } from "fastest-levenshtein";
import { catalog } from "../catalog";
import { type Declared, type Kind, parseReference, type PlannedPart, type Reference, type Stack } from "../foundation";
import { keyOf } from "./errors";
import type { Keys } from "./schema";

/** The parts of a stack file, in the order in which it names them. */
export function declaredParts(keys: Keys): Declared[] {
  return (["stores", "models", "services"] as const).flatMap((room) =>
    Object.entries(keys[room]).map(([name, { kind, ...own }]) => ({ room, name, kind: String(kind), keys: own })),
  );
}

export function kindOf({ room, kind }: Declared): Kind {
  const found = catalog[room][kind];
  if (!found) throw new Error(`The catalogue has no kind "${kind}"; the schema should have said so.`);
  return found;
}

/** Names must be told apart: parts find each other by them, and Services and other objects are called so. */
export function duplicates(parts: readonly Declared[]): string[] {
  const owners = new Map<string, Declared>();
  return parts.flatMap((part) => {
    const names = new Set([part.name, ...kindOf(part).names(part.keys as never, part.name)]);
    const [taken] = [...names].filter((name) => owners.has(name));
    const owner = owners.get(taken ?? "");
    for (const name of names) if (!owners.has(name)) owners.set(name, part);
    return owner && taken !== undefined ? [sharedName(part, owner, taken)] : [];
  });
}

function sharedName(part: Declared, owner: Declared, name: string): string {
  const [key, other] = [part, owner].map((one) => keyOf([one.room, one.name]));
  const same = part.name === owner.name;
  const fault = same
    ? `has the name of ${other}, but parts find each other by name`
    : `and ${other} would both have an object called "${name}"`;
  return `${key} ${fault}.\n  Rename one of them.`;
}

/** References that lead nowhere, with the nearest name as advice. */
export function brokenReferences(stack: Stack): string[] {
  return [...stack.parts.values()].flatMap((part) =>
    referencesOf(part, stack).flatMap((reference) => broken(part, reference, stack)),
  );
}

export function referencesOf(part: Declared, stack: Stack): readonly Reference[] {
  return kindOf(part).references(part.keys as never, stack);
}

function broken({ room, name }: Declared, { path, to }: Reference, { parts }: Stack): string[] {
  const key = keyOf([room, name, ...path]);
  const { part, connection } = parseReference(to, (candidate) => parts.has(candidate));
  const target = parts.get(part);
  const names = [...parts.keys()].filter((other) => other !== name);
  if (!target)
    return [
      `${key} is ${JSON.stringify(to)}, but this stack has ${names.join(", ") || "no other parts"}.${advice(part, names)}`,
    ];
  const offered = kindOf(target).offers(target.keys as never);
  if (offered.includes(connection)) return [];
  const others = offered.filter((other) => other !== "default").map((other) => `${part}.${other}`);
  const choice = [...(offered.includes("default") ? [part] : []), ...others];
  return [
    `${key} is ${JSON.stringify(to)}, but ${part} offers ${choice.join(", ") || "no connection, for it has no ports"}.${advice(to, choice)}`,
  ];
}

function advice(wanted: string, names: readonly string[]): string {
  return names.length > 0 ? `\n  Did you mean ${closest(wanted, names)}?` : "\n  Remove it.";
}

/** Every part after those it names, else in the order of the stack file. Throws a {@link Circle}. */
export function inOrder(stack: Stack): PlannedPart[] {
  const ordered = new Map<string, PlannedPart>();
  const visit = (part: Declared, trail: readonly string[]): void => {
    if (ordered.has(part.name)) return;
    if (trail.includes(part.name)) throw new Circle(part, [...trail.slice(trail.indexOf(part.name)), part.name]);
    const references = referencesOf(part, stack);
    for (const { to } of references) {
      const next = stack.parts.get(parseReference(to, (name) => stack.parts.has(name)).part);
      if (next) visit(next, [...trail, part.name]);
    }
    ordered.set(part.name, { ...part, made: kindOf(part), references });
  };
  for (const part of stack.parts.values()) visit(part, []);
  return [...ordered.values()];
}

/** Parts that wait for each other, so that none could be made first. */
export class Circle extends Error {
  constructor({ room, name }: Declared, names: readonly string[]) {
    super(`${keyOf([room, name])} waits for itself: ${names.join(" -> ")}.\n  Remove one of these references.`);
  }
}
