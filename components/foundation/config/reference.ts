import { z } from "zod";
import { schema, secretKeys } from "./schema";
import { sizes } from "./sizes";

type Json = z.core.JSONSchema.JSONSchema;

/** JSON Schema of a stack file's `config:` block, for editors. */
export function editorSchema(): object {
  const config = jsonSchema();
  const keys = Object.entries(config.properties ?? {}).map(
    ([key, value]) => [`ai-platform:${key}`, key === "models" ? value : withoutRequired(value)] as const,
  );
  const secrets = secretKeys.map(
    (key) => [`ai-platform:${key}`, { type: "object", description: "Encrypted value." }] as const,
  );
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Stack file of ai-platform",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: Object.fromEntries([...keys, ...secrets]),
        // Other namespaces (pulumi:, kubernetes:) are Pulumi's own; ours holds known keys only.
        patternProperties: { "^(?!ai-platform:)": {} },
        additionalProperties: false,
      },
    },
  };
}

/** What a size preset fills in need not stand in the stack file. */
function withoutRequired(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutRequired);
  if (typeof node !== "object" || node === null) return node;
  const kept = Object.entries(node).filter(([key]) => key !== "required");
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutRequired(value)]));
}

/** The reference page: every key with its type, default and meaning. */
export function referencePage(): string {
  const rows = Object.entries(jsonSchema().properties ?? {}).flatMap(([key, value]) => describe(key, asObject(value)));
  return [
    "# Configuration",
    "",
    "Keys of a stack file, all with the prefix `ai-platform:`. Unknown keys are errors. *by size* means that the preset named by",
    "`size` fills it in; an explicit value wins. This page is made from the schema: `make golden` renews it.",
    "",
    "| key | type | default | meaning |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
    "## Secret keys",
    "",
    ...secretKeys.map((key) => `- \`${key}\`: set with \`pulumi config set --secret ai-platform:${key}\``),
    "",
    "## Size presets",
    "",
    ...presetTable(),
    "",
  ].join("\n");
}

function jsonSchema(): Json {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
}

/** The row of a key and, below it, those of its parts. */
function describe(key: string, node: Json): string[] {
  const variants = node.oneOf ?? node.anyOf;
  if (node.type === "object" && node.properties) return [...row(key, node), ...parts(key, node)];
  if (node.type === "array" && node.items)
    return [...row(key, node), ...describe(`${key}[]`, asObject(node.items as Json))];
  if (variants && variants.every((variant) => asObject(variant).properties))
    return [...row(key, node), ...variants.flatMap((variant) => variantRows(key, asObject(variant)))];
  return row(key, node);
}

function variantRows(key: string, variant: Json): string[] {
  const { const: kind } = asObject(variant.properties?.["kind"] ?? {});
  return parts(`${key} (${JSON.stringify(kind)})`, variant);
}

function parts(key: string, node: Json): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([part, value]) => describe(`${key}.${part}`, asObject(value)));
}

function row(key: string, node: Json): string[] {
  if (!node.description) return [];
  return [`| \`${key}\` | ${typeOf(node)} | ${defaultOf(key, node)} | ${node.description} |`];
}

function typeOf(node: Json): string {
  if (node.const !== undefined) return `\`${JSON.stringify(node.const)}\``;
  if (node.enum) return node.enum.map((value) => `\`${JSON.stringify(value)}\``).join(", ");
  const range = [node.minimum, node.maximum].filter((bound) => bound !== undefined).join(" to ");
  const type = typeof node.type === "string" ? node.type : "object";
  return range ? `${type}, ${range}` : type;
}

function defaultOf(key: string, node: Json): string {
  if (node.default !== undefined && typeof node.default !== "object") return `\`${JSON.stringify(node.default)}\``;
  return bySize(key) ? "*by size*" : "";
}

function bySize(key: string): boolean {
  const path = key.replace(/ \(.*?\)/, "").split(".");
  const value = path.reduce<unknown>((node, part) => (node as Record<string, unknown> | undefined)?.[part], sizes.dev);
  return value !== undefined && typeof value !== "object";
}

function presetTable(): string[] {
  const names = Object.keys(sizes) as (keyof typeof sizes)[];
  const leaves = flatten(sizes.dev);
  return [
    `| key | ${names.join(" | ")} |`,
    `| --- |${names.map(() => " --- |").join("")}`,
    ...[...leaves.keys()].map(
      (key) => `| \`${key}\` | ${names.map((name) => String(flatten(sizes[name]).get(key))).join(" | ")} |`,
    ),
  ];
}

function flatten(value: object, prefix = ""): Map<string, unknown> {
  return new Map(
    Object.entries(value).flatMap(([key, part]: [string, unknown]) =>
      typeof part === "object" && part !== null
        ? [...flatten(part, `${prefix}${key}.`)]
        : [[`${prefix}${key}`, part] as const],
    ),
  );
}

function asObject(node: Json | boolean): Json {
  return typeof node === "boolean" ? {} : node;
}
