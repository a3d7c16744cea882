import { closest } from "fastest-levenshtein";
import { defaultKinds } from "../catalog";
import { keyOf, PROJECT } from "./errors";
import { schema } from "./schema";

/** A stack file as Pulumi hands it over: every value as text, structured ones as JSON, encrypted ones decrypted. */
export interface RawConfig {
  /** By full key, as in `ai-platform:size`. */
  readonly texts: Readonly<Record<string, string>>;
  /** Full keys whose values are encrypted in the file. */
  readonly secret: ReadonlySet<string>;
}

/** Prefixes whose keys other programs read: Pulumi's own, and its providers'. */
const OTHERS = ["pulumi", "kubernetes", "docker", "random", "tls"];

export interface ReadConfig {
  /** The values of the schema's keys. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Names of encrypted keys that are not the schema's: what `{ secret: name }` can name. */
  readonly secrets: readonly string[];
  readonly problems: readonly string[];
}

/** Sorts the keys of a stack file into values, secrets and mistakes. */
export function readRaw({ texts, secret }: RawConfig): ReadConfig {
  const own = Object.entries(texts).filter(([key]) => key.startsWith(`${PROJECT}:`));
  const name = (key: string) => key.slice(PROJECT.length + 1);
  const known = Object.keys(schema.shape);
  const secrets = own.filter(([key]) => secret.has(key) && !known.includes(name(key))).map(([key]) => name(key));
  const values = own.filter(([key]) => !secrets.includes(name(key)));
  return {
    values: Object.fromEntries(
      values.map(([key, text]) => [name(key), withKinds(name(key), fromText(name(key), text))]),
    ),
    secrets,
    problems: Object.keys(texts).flatMap(misspeltPrefix),
  };
}

/** Pulumi hands every value over as text. Keys that the schema declares as text stay so; all others are JSON. */
function fromText(key: string, text: string): unknown {
  const field = schema.shape[key as keyof typeof schema.shape] as (typeof schema.shape)["domain"] | undefined;
  if (!field || field.safeParse(text).success) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Entries that name no kind are of the usual one. */
function withKinds(key: string, value: unknown): unknown {
  const kind = defaultKinds[key as keyof typeof defaultKinds];
  if (kind === undefined || !isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [name, isRecord(entry) ? { kind, ...entry } : entry]),
  );
}

/** A key of no program vanishes without a word, so it must be a mistake. */
function misspeltPrefix(key: string): string[] {
  const [prefix = ""] = key.split(":");
  if (prefix === PROJECT || OTHERS.includes(prefix)) return [];
  return [
    `${key} belongs to "${prefix}", which nothing reads; the keys of this program begin with ${keyOf([])}\n  Did you mean ${closest(prefix, [PROJECT, ...OTHERS])}:${key.slice(prefix.length + 1)}?`,
  ];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
