import type { PolicyConfigSchema } from "@pulumi/policy";
import type { KubernetesObject } from "./kubernetes";

/** One accepted deviation from one rule. */
export interface Exemption {
  /** `<Kind>/<Pulumi name>`, as in `Namespace/gpu`; `*` stands for any text. */
  readonly resource: string;
  /** Why the deviation is accepted, at least 10 characters. */
  readonly reason: string;
  /** Last day it holds, as in `2027-03-31`. @default for ever */
  readonly expires?: string;
}

/** What the engine checks every rule's configuration against, beside its `enforcementLevel`. */
export const configSchema: PolicyConfigSchema = {
  properties: {
    exemptions: {
      description: "Accepted deviations from this rule",
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["resource", "reason"],
        properties: {
          resource: { type: "string", pattern: "^[A-Za-z*]+/.+$", description: "<Kind>/<Pulumi name>, * for any text" },
          reason: { type: "string", minLength: 10, description: "Why the deviation is accepted" },
          expires: { type: "string", format: "date", description: "Last day it holds" },
        },
      },
    },
  },
};

/**
 * The exemptions in a rule's configuration, which the engine has checked against {@link configSchema}.
 * @param today as in `2027-03-31`
 * @throws if a key is not known (the engine accepts any) or an exemption has expired
 */
export function exemptions(
  rule: string,
  config: { exemptions?: readonly Exemption[] },
  today: string,
): readonly Exemption[] {
  for (const key of Object.keys(config))
    if (key !== "exemptions")
      throw plain(`Policy ${rule}: "${key}" is no setting of a rule. Use "enforcementLevel" or "exemptions".`);
  for (const { resource, reason, expires } of config.exemptions ?? [])
    if (expires !== undefined && expires < today)
      throw plain(
        `Policy ${rule}: the exemption of ${resource} (${reason}) expired on ${expires}. ` +
          `Fix the resource and remove the exemption, or renew its date.`,
      );
  return config.exemptions ?? [];
}

export function isExempt(object: KubernetesObject, granted: readonly Exemption[]): boolean {
  const resource = `${object.kind}/${object.logicalName}`;
  return granted.some((exemption) => matches(exemption.resource, resource));
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.\\+?^${}()|[\]]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(text);
}

/** The engine prints an error's stack; a mistake in the configuration has nothing to show there but itself. */
function plain(text: string): Error {
  const error = new Error(text);
  error.stack = text;
  return error;
}
