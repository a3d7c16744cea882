import { closest } from "fastest-levenshtein";
import { keyOf } from "./errors";

/** `{ secret: name }` anywhere in the keys, with the name of a key that the file does not have encrypted. */
export function missingSecrets(
  value: unknown,
  secrets: readonly string[],
  plain: readonly string[],
  path: PropertyKey[] = [],
): string[] {
  if (typeof value !== "object" || value === null) return [];
  const name = secretName(value);
  if (name !== undefined) return secrets.includes(name) ? [] : [missing(keyOf(path), name, secrets, plain)];
  return Object.entries(value).flatMap(([key, part]) =>
    missingSecrets(part, secrets, plain, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

function secretName(value: object): string | undefined {
  const entries = Object.entries(value);
  const [entry] = entries;
  return entries.length === 1 && entry?.[0] === "secret" && typeof entry[1] === "string" ? entry[1] : undefined;
}

function missing(key: string, name: string, secrets: readonly string[], plain: readonly string[]): string {
  const set = `Run: pulumi config set --secret ai-platform:${name}`;
  if (plain.includes(name))
    return `${key} names the secret "${name}", but ai-platform:${name} stands in the file in plain text.\n  ${set}, and take the old value for known.`;
  const advice = secrets.length > 0 ? ` Or did you mean ${closest(name, [...secrets])}?` : "";
  return `${key} names the secret "${name}", but the file has no encrypted key of that name.\n  ${set}${advice}`;
}
