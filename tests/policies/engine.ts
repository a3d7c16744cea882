import {
  type PolicyResourceOptions,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
  unknownCheckingProxy,
} from "@pulumi/policy";
import type { policy } from "../../policies/pack";
import type { declaration } from "./builders";

type Declaration = ReturnType<typeof declaration>;

/** What the engine uses to say that a string is not known in a preview. */
export const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const OPTIONS: PolicyResourceOptions = {
  ignoreChanges: [],
  aliases: [],
  customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
  additionalSecretOutputs: [],
  protect: false,
};

/**
 * Runs a policy as the engine does: every resource by itself, then all together with outputs that say nothing. Returns what the
 * policy reports, with the URN it reports it about.
 */
export async function run(
  subject: ReturnType<typeof policy>,
  resources: readonly Declaration[],
  config: object = {},
): Promise<[message: string, urn: string | undefined][]> {
  const reported: [string, string | undefined][] = [];
  const report = (text: string, urn?: string) => void reported.push([text, urn]);
  const common = { stackTags: new Map<string, string>(), getConfig: () => config as never, notApplicable };
  const { validateResource, validateStack } = subject as ResourceValidationPolicy & Partial<StackValidationPolicy>;
  if (typeof validateResource !== "function") throw new Error(`${subject.name} does not see the inputs of resources.`);
  for (const resource of resources) await validateResource({ ...common, ...view(resource, resource.props) }, report);
  await validateStack?.({ ...common, resources: resources.map((resource) => view(resource, {})) }, report);
  return reported;
}

function notApplicable(): never {
  throw new Error("No policy of this pack declares itself not applicable.");
}

/** A resource as policies get it: reading an unknown value throws. */
function view(resource: Declaration, props: object) {
  const guarded = (unknownCheckingProxy as (props: object) => Record<string, unknown>)(props);
  const opts = { ...OPTIONS, ...resource.opts };
  const relations = { dependencies: [], propertyDependencies: {} };
  return { ...resource, ...relations, props: guarded, opts, isType: () => false, asType: () => undefined };
}
