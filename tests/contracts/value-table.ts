import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** Type of a leaf: JSON type names joined by `|`, `map` for a record with keys of the user's choice, or `any`. */
export type ValueType = string;

/** The values a chart knows, nested as they are. A key `*` stands for every key the user may choose. */
export interface ValueTable {
  readonly [key: string]: ValueType | ValueTable;
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/** Fields of Kubernetes objects (and Grafana's own file): any key is welcome there, whatever the default holds. */
const API_FIELD = /(affinity|nodeSelector|[rR]esources|[sS]ecurityContext|[lL]abels|[aA]nnotations)$/;
const ALWAYS_WHOLE = /^(affinity|nodeSelector|spec|grafana\.ini)$/;

/** Reads the table of a chart folder from `values.yaml` and `values.schema.json`, where they are, and its dependencies. */
export function valueTable(folder: string): ValueTable {
  const defaultsFile = join(folder, "values.yaml");
  const defaults = existsSync(defaultsFile) ? ((readYaml(defaultsFile) ?? {}) as Record<string, unknown>) : {};
  const schemaFile = join(folder, "values.schema.json");
  const fromSchema = existsSync(schemaFile)
    ? tableOfSchema(JSON.parse(readFileSync(schemaFile, "utf8")) as Schema)
    : {};
  return [fromSchema, ...dependencyTables(folder)].reduce<ValueTable>(union, tableOfDefaults(defaults));
}

/** A dependency's values sit under its name; one whose folder is not at hand takes any key. */
function dependencyTables(folder: string): ValueTable[] {
  interface Dependency {
    readonly name: string;
    readonly alias?: string;
  }
  const { dependencies = [] } = readYaml(join(folder, "Chart.yaml")) as { dependencies?: Dependency[] };
  return dependencies.map(({ name, alias = name }) => {
    const found = [join(folder, "charts", name), join(folder, "..", name)].find((path) =>
      existsSync(join(path, "Chart.yaml")),
    );
    return { [alias]: found ? valueTable(found) : { "*": "any" } };
  });
}

function tableOfDefaults(defaults: Readonly<Record<string, unknown>>): ValueTable {
  return Object.fromEntries(Object.entries(defaults).map(([key, value]) => [key, entryOfDefault(key, value)]));
}

function entryOfDefault(key: string, value: unknown): ValueType | ValueTable {
  if (value === null || value === undefined) return "any";
  if (Array.isArray(value)) return "array";
  // An empty text is how charts spell "not set", for numbers too.
  if (value === "") return "scalar";
  if (typeof value !== "object") return typeof value;
  const children = Object.values(value);
  if (children.length === 0 || ALWAYS_WHOLE.test(key)) return "map";
  if (!API_FIELD.test(key)) return tableOfDefaults(value as Record<string, unknown>);
  // Either the field itself, or one such field per part of the chart.
  const perPart = children.every((child) => typeof child === "object" && child !== null && !Array.isArray(child));
  return perPart ? Object.fromEntries(Object.keys(value).map((part) => [part, "map"])) : "map";
}

function tableOfSchema(root: Schema): ValueTable {
  const table = entryOfSchema(root, root);
  return typeof table === "string" ? {} : table;
}

function entryOfSchema(schema: Schema, root: Schema): ValueType | ValueTable {
  if (schema.$ref) return entryOfSchema(follow(schema.$ref, root), root);
  const { properties = {}, additionalProperties: others, anyOf, oneOf } = schema;
  const entries = Object.entries(properties).map(([key, value]) => [key, entryOfSchema(value, root)] as const);
  if (typeof others === "object") entries.push(["*", entryOfSchema(others, root)]);
  if (entries.length > 0) return Object.fromEntries(entries);
  const types = [schema.type ?? []].flat().map((type) => (type === "integer" ? "number" : type));
  if (types.length === 0 || anyOf || oneOf) return "any";
  return types.map((type) => (type === "object" ? "map" : type)).join("|");
}

/** Resolves `#/$defs/name`, where the name itself may hold dots. */
function follow(reference: string, root: Schema): Schema {
  return reference
    .replace("#/", "")
    .split("/")
    .reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], root) as Schema;
}

/** Everything either table allows. */
function union(a: ValueTable, b: ValueTable): ValueTable {
  const merged: Record<string, ValueType | ValueTable> = { ...a };
  for (const [key, entry] of Object.entries(b)) merged[key] = both(merged[key], entry);
  return merged;
}

function both(a: ValueType | ValueTable | undefined, b: ValueType | ValueTable): ValueType | ValueTable {
  if (a === undefined || a === b) return b;
  if (typeof a === "string" && typeof b === "string") return [...new Set([...a.split("|"), ...b.split("|")])].join("|");
  if (typeof a === "string") return a === "any" || a === "map" ? union({ "*": "any" }, b as ValueTable) : b;
  return typeof b === "string" ? both(b, a) : union(a, b);
}

function readYaml(path: string): unknown {
  return parse(readFileSync(path, "utf8"), { logLevel: "error" });
}
