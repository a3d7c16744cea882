import { z } from "zod";
import { catalog, defaultKinds } from "../catalog";
import { sizeNames } from "../foundation/fields";
import { PROJECT } from "./errors";
import { schema } from "./schema";

type Json = z.core.JSONSchema.JSONSchema;
type RoomName = keyof typeof catalog;

/** JSON Schema of a stack file, for editors. */
export function editorSchema(): object {
  const keys = Object.entries(jsonSchema(schema).properties ?? {}).map(
    ([key, value]) => [`${PROJECT}:${key}`, forEditors(value)] as const,
  );
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `Stack file of ${PROJECT}`,
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: Object.fromEntries(keys),
        patternProperties: {
          // Encrypted values have names of the user's own; the keys of other programs have other prefixes.
          [`^${PROJECT}:[A-Za-z][\\w-]*$`]: { type: "object", required: ["secure"] },
          "^(pulumi|kubernetes|docker|random|tls):": {},
        },
        additionalProperties: false,
      },
    },
  };
}

/** What a size fills in need not stand in the stack file, nor a kind that goes without saying. */
function forEditors(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(forEditors);
  if (typeof node !== "object" || node === null) return node;
  const entries = Object.entries(node).flatMap(([key, value]): [string, unknown][] => {
    if (key === "bySize") return [];
    if (key !== "required") return [[key, forEditors(value)]];
    const required = (value as string[]).filter((name) => !isFilled((node as Json).properties?.[name], name));
    return required.length > 0 ? [["required", required]] : [];
  });
  return Object.fromEntries(entries);
}

function isFilled(field: unknown, name: string): boolean {
  const { bySize, const: value } = (field ?? {}) as { bySize?: unknown; const?: unknown };
  return bySize !== undefined || (name === "kind" && Object.values(defaultKinds).includes(String(value)));
}

/** The reference page: every key with its type, default and meaning. */
export function referencePage(): string {
  const rooms = Object.keys(catalog) as RoomName[];
  const top = Object.entries(jsonSchema(schema).properties ?? {}).filter(([key]) => !rooms.includes(key as RoomName));
  return [
    "# Configuration",
    "",
    `Keys of a stack file, below \`config:\` and with the prefix \`${PROJECT}:\`. Generated from the schema by \`make golden\`.`,
    "A key without a default is required. *By size* lists the values for `dev`, `small`, `large` and `xlarge`.",
    "A secret anywhere is `{ secret: <name> }`, the name of an encrypted key: `pulumi config set --secret ai-platform:<name>`.",
    "",
    ...table(top.flatMap(([key, value]) => describe(key, asObject(value), true))),
    ...rooms.flatMap(roomSection),
  ].join("\n");
}

function roomSection(room: RoomName): string[] {
  const usual = defaultKinds[room];
  return [
    `## \`${room}.<name>\``,
    "",
    ...Object.entries(catalog[room]).flatMap(([kind, { keys }]) => [
      `### \`kind: ${kind}\`${kind === usual ? ", which may be left out" : ""}`,
      "",
      ...table(properties("", jsonSchema(keys))),
    ]),
  ];
}

function table(rows: readonly string[]): string[] {
  return ["| key | type | default | meaning |", "| --- | --- | --- | --- |", ...rows, ""];
}

function jsonSchema(of: z.ZodType): Json {
  return z.toJSONSchema(of, { io: "input", unrepresentable: "any" });
}

/** The row of a key and, below it, those of its parts. */
function describe(key: string, node: Json, optional: boolean): string[] {
  if (node.type === "object" && node.properties) return [...row(key, node, optional), ...properties(`${key}.`, node)];
  const entry = node.type === "array" ? node.items : node.additionalProperties;
  const below = node.type === "array" ? `${key}[]` : `${key}.<name>`;
  const parts = typeof entry === "object" && !Array.isArray(entry) ? entryRows(below, entry) : [];
  return [...row(key, node, optional), ...parts];
}

function entryRows(key: string, node: Json): string[] {
  return node.properties ? properties(`${key}.`, node) : [];
}

function properties(prefix: string, node: Json): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, value]) =>
    describe(`${prefix}${key}`, asObject(value), !node.required?.includes(key)),
  );
}

function row(key: string, node: Json, optional: boolean): string[] {
  if (!node.description && !node.properties) return [];
  return [`| \`${key}\` | ${typeOf(node)} | ${defaultOf(node, optional)} | ${node.description ?? ""} |`];
}

function typeOf(node: Json): string {
  if (node.const !== undefined) return `\`${JSON.stringify(node.const)}\``;
  if (node.enum) return node.enum.map((value) => `\`${JSON.stringify(value)}\``).join(", ");
  const variants = node.anyOf ?? node.oneOf;
  if (variants) return [...new Set(variants.map((variant) => typeOf(asObject(variant))))].join(" or ");
  const range = [node.minimum, node.maximum]
    .filter((bound) => bound !== undefined && Math.abs(bound) < 2 ** 53)
    .join(" to ");
  const type = typeof node.type === "string" ? node.type : "any";
  return range ? `${type}, ${range}` : type;
}

function defaultOf(node: Json, optional: boolean): string {
  const bySize = (node as { bySize?: Readonly<Record<string, unknown>> }).bySize;
  if (bySize) return `by size: ${sizeNames.map((size) => inline(bySize[size])).join(", ")}`;
  if (node.default !== undefined) return inline(node.default);
  return optional ? "none" : "**required**";
}

function inline(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}

function asObject(node: Json | boolean): Json {
  return typeof node === "boolean" ? {} : node;
}
