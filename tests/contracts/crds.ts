import Ajv, { type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { parse } from "yaml";
import { definitionTexts } from "../../rehearsal/charts/index.ts";

/** A part of an OpenAPI v3 schema, as custom resource definitions carry it. */
interface Schema {
  readonly type?: string;
  readonly nullable?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-int-or-string"?: boolean;
}

interface Definition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Schema } }[];
  };
}

interface CustomObject {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Go writes "ignore case" into the pattern; JavaScript takes it as a flag. */
const goRegExp = Object.assign(
  (pattern: string, flags: string) =>
    new RegExp(pattern.replaceAll("(?i)", ""), pattern.includes("(?i)") ? `${flags}i` : flags),
  // Only read when validators are written to a file, which nobody does here.
  { code: "new RegExp" },
);

/** Checks custom resources as the API server would, apart from rules in CEL: types, required and unknown fields, bounds. */
export class CustomResourceSchemas {
  private readonly ajv = addFormats(
    new Ajv({ strict: false, allErrors: true, logger: false, unicodeRegExp: false, code: { regExp: goRegExp } }),
  );
  private readonly checks = new Map<string, ValidateFunction | undefined>();

  private constructor(private readonly texts: readonly string[]) {}

  /** Reads the definitions of all pinned charts, from the cache or else from the vendors' Go modules. */
  static async load(): Promise<CustomResourceSchemas> {
    return new CustomResourceSchemas(await definitionTexts());
  }

  /** What the API server would refuse, one line per finding; empty when it would accept the object. */
  violations(object: CustomObject): readonly string[] {
    const { apiVersion, kind } = object;
    const check = this.checkOf(apiVersion, kind);
    if (!check) return [`no chart defines ${kind} in ${apiVersion}`];
    if (check(object)) return [];
    return (check.errors ?? []).map(({ instancePath, message, params }) => {
      const detail = "additionalProperty" in params ? ` "${String(params["additionalProperty"])}"` : "";
      return `${kind}${instancePath.replaceAll("/", ".")} ${message ?? "is invalid"}${detail}`;
    });
  }

  private checkOf(apiVersion: string, kind: string): ValidateFunction | undefined {
    const key = `${apiVersion} ${kind}`;
    if (!this.checks.has(key)) this.checks.set(key, this.compile(apiVersion, kind));
    return this.checks.get(key);
  }

  private compile(apiVersion: string, kind: string): ValidateFunction | undefined {
    const [group = "", name = ""] = apiVersion.split("/");
    // Parsing all of them takes seconds: only a text that names the group and the kind is parsed.
    const candidates = this.texts.filter(
      (text) => text.includes(`group: ${group}\n`) && text.includes(`kind: ${kind}\n`),
    );
    for (const text of candidates) {
      const { spec } = parse(text) as Definition;
      const version = spec.versions.find((one) => one.name === name);
      if (spec.names.kind === kind && version) return this.ajv.compile(jsonSchema(version.schema.openAPIV3Schema));
    }
    return undefined;
  }
}

/** The same schema for a JSON Schema validator, with unknown fields forbidden where the API server would prune them. */
function jsonSchema(schema: Schema): object {
  const { properties, additionalProperties, items, nullable, type, ...rest } = schema;
  const closed = properties && additionalProperties === undefined && !schema["x-kubernetes-preserve-unknown-fields"];
  return {
    ...rest,
    ...(type && !schema["x-kubernetes-int-or-string"] && { type: nullable ? [type, "null"] : type }),
    ...(schema["x-kubernetes-int-or-string"] && { type: ["integer", "string"] }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, jsonSchema(value)])),
    }),
    ...(items && { items: jsonSchema(items) }),
    ...(typeof additionalProperties === "object" && { additionalProperties: jsonSchema(additionalProperties) }),
    ...(closed && { additionalProperties: false }),
  };
}
