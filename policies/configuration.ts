import type { PolicyConfigSchema } from "@pulumi/policy";
import type { KubernetesObject } from "./kubernetes";
import { SHORTEST_REASON } from "./reason";

/** One deviation from one rule that whoever operates the platform accepts. */
export interface Exemption {
  /** `<Kind>/<Pulumi name>`, as in `Namespace/gpu`; `*` stands for any text. */
  readonly resource: string;
  /** Why the deviation is accepted, at least 10 characters. */
  readonly reason: string;
  /** Last day it holds, as in `2027-03-31`. @default for ever */
  readonly expires?: string;
}

/** What the operator says about one rule, beside its `enforcementLevel`. */
export interface Configuration {
  /** @default none */
  readonly exemptions?: readonly Exemption[];
  /** Whether the exemptions that the program itself declares hold. @default "honoured" */
  readonly annotations?: "honoured" | "ignored";
}

/** What the engine checks every rule's configuration against. */
export const configSchema: PolicyConfigSchema = {
  properties: {
    annotations: {
      description: "Whether the exemptions that the program declares in annotations hold",
      type: "string",
      enum: ["honoured", "ignored"],
    },
    exemptions: {
      description: "Accepted deviations from this rule",
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["resource", "reason"],
        properties: {
          resource: { type: "string", pattern: "^[A-Za-z*]+/.+$", description: "<Kind>/<Pulumi name>, * for any text" },
          reason: { type: "string", minLength: SHORTEST_REASON, description: "Why the deviation is accepted" },
          expires: { type: "string", format: "date", description: "Last day it holds" },
        },
      },
    },
  },
};

const SETTINGS = Object.keys(configSchema.properties);

/**
 * A rule's configuration, which the engine has checked against {@link configSchema}, complete.
 * @param today as in `2027-03-31`
 * @throws if a key is not known (the engine accepts any) or an exemption has expired
 */
export function complete(rule: string, config: Configuration, today: string): Required<Configuration> {
  for (const key of Object.keys(config))
    if (!SETTINGS.includes(key))
      throw plain(
        `Policy ${rule}: "${key}" is no setting of a rule. Use "enforcementLevel", "annotations" or "exemptions".`,
      );
  const { exemptions = [], annotations = "honoured" } = config;
  for (const { resource, reason, expires } of exemptions)
    if (expires !== undefined && expires < today)
      throw plain(
        `Policy ${rule}: the exemption of ${resource} (${reason}) expired on ${expires}. ` +
          `Fix the resource and remove the exemption, or renew its date.`,
      );
  return { exemptions, annotations };
}

/** Whether one of the operator's exemptions names the object. */
export function isExempt(object: KubernetesObject, exemptions: readonly Exemption[]): boolean {
  const resource = `${object.kind}/${object.logicalName}`;
  return exemptions.some((exemption) => matches(exemption.resource, resource));
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
