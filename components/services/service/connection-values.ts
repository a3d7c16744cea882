import { type Declared, parseReference, type Problem, type Stack, usedParts } from "../../foundation";
import type { ServiceKeys } from "./keys";

type Key = "url" | "username" | "password" | "database";

const ofDatabase: readonly Key[] = ["url", "username", "password", "database"];

/** What a connection of each kind can put into a variable; parts that are not here ask their clients for nothing secret. */
const values: Readonly<Record<string, (keys: Declared["keys"]) => readonly Key[]>> = {
  postgres: () => ofDatabase,
  "postgres-external": () => ofDatabase,
  "postgres-single": () => ofDatabase,
  // Three servers have no single address that is right for long.
  redis: ({ servers }) => (servers === 1 ? ["url", "password"] : ["password"]),
};

/** Variables that name what is not used, or what the connection does not have. */
export function variablesComeFromUses(keys: ServiceKeys, stack: Stack): Problem[] {
  const used = usedParts(keys);
  return Object.entries(keys.environment).flatMap(([variable, value]) => {
    if (typeof value === "string" || "secret" in value) return [];
    const path = ["environment", variable];
    const link = used.find(({ as }) => as === value.from);
    if (!link) {
      const names = used.map(({ as }) => as).join(", ") || "nothing";
      const text = `is ${JSON.stringify(value.from)}, but it uses ${names}.\n  Add it to uses, or name one of them.`;
      return [{ path: [...path, "from"], text }];
    }
    const text = lacks(link.to, value.key, stack);
    return text === undefined ? [] : [{ path: [...path, "key"], text }];
  });
}

/** Why a part has no such value; undefined when it has. */
function lacks(reference: string, key: Key, { parts }: Stack): string | undefined {
  const part = parts.get(parseReference(reference, (name) => parts.has(name)).part);
  const offered = part && values[part.kind]?.(part.keys);
  if (!part || offered?.includes(key)) return undefined;
  if (part.kind === "redis" && key === "url")
    return `is "url", but ${part.name} is a Redis with three servers, which no single URL reaches: clients ask Sentinel for the master.\n  Use its variables (<PREFIX>_HOST, <PREFIX>_SENTINEL_PORT, <PREFIX>_SENTINEL_MASTER) and key: password, or servers: 1.`;
  if (!offered)
    return `is "${key}", but ${part.name}, a ${part.kind}, has no such secret.\n  Write the value out: its clients get <PREFIX>_HOST and <PREFIX>_PORT without a word.`;
  return `is "${key}", but ${part.name}, a ${part.kind}, has ${offered.join(" and ")}.\n  Name one of them.`;
}
