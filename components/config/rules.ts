import { catalog, platform } from "../catalog";
import type { Kind, Once, Problem, Stack } from "../foundation";
import { keyOf } from "./errors";
import { kindOf } from "./references";
import type { Keys } from "./schema";

/** Rules between keys: those of every part's kind, of every once-per-cluster part, and of the system itself. */
export function brokenRules(keys: Keys, stack: Stack): string[] {
  const ofParts = [...stack.parts.values()].flatMap((part) =>
    sentences([part.room, part.name], kindOf(part).check(part.keys as never, stack, part.name)),
  );
  const ofPlatform = Object.entries<Once>(platform).flatMap(([name, { check }]) => {
    const own = stack.platform[name];
    return own === undefined ? [] : sentences([name], check(own as Readonly<Record<string, unknown>>, stack));
  });
  return [...ofParts, ...ofPlatform, ...namespaceIsFree(keys)];
}

function sentences(path: readonly PropertyKey[], problems: readonly Problem[]): string[] {
  return problems.map((problem) => `${keyOf([...path, ...problem.path])} ${problem.text}`);
}

/** Namespaces of Kubernetes itself, and of everything in the catalogue. */
function takenNamespaces(): string[] {
  const rooms: readonly Readonly<Record<string, Kind>>[] = Object.values(catalog);
  const kinds = rooms.flatMap((room) => Object.values(room));
  const made = [...Object.values<Once>(platform), ...kinds].flatMap(({ namespaces }) => namespaces);
  return ["default", "kube-system", "kube-public", "kube-node-lease", ...new Set(made)];
}

function namespaceIsFree({ system, namespace }: Keys): string[] {
  const name = namespace.name ?? system;
  const taken = takenNamespaces();
  if (!taken.includes(name)) return [];
  const key = namespace.name === undefined ? keyOf(["system"]) : keyOf(["namespace", "name"]);
  return [
    `${key} is ${JSON.stringify(name)}, but that is a namespace of Kubernetes or of an add-on.\n  Choose another name; taken are ${taken.join(", ")}.`,
  ];
}
