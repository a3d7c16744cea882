import type { Policies, ReportViolation, ResourceValidationArgs, StackValidationArgs } from "@pulumi/policy";
import { complete, type Configuration, configSchema, isExempt } from "./configuration";
import { exemptionOf } from "./exemption";
import { KubernetesObject } from "./kubernetes";
import { settled } from "./preview";
import { message, type Rule, type Violation } from "./rule";

/** A rule as the engine runs it, its configuration applied. */
export function policy(rule: Rule): Policies[number] {
  const words = { name: rule.name, description: sentence(rule.name), remediationSteps: rule.fix, configSchema };
  return { ...words, ...(rule.scope === "resource" ? judgeEach(rule) : judgeTogether(rule)) };
}

function judgeEach(rule: Rule) {
  return {
    validateResource(args: ResourceValidationArgs, report: ReportViolation): void {
      const object = declared(args);
      if (object) reportViolations(rule, [object], args, report);
    },
  };
}

/**
 * The engine hands the judgement of a stack the outputs, in which the API server has filled in its defaults; what the program
 * itself says is only in the inputs. So these are kept as the engine shows them, one resource after the other.
 */
function judgeTogether(rule: Rule) {
  const inputs = new Map<string, KubernetesObject>();
  return {
    validateResource(args: ResourceValidationArgs): void {
      const object = declared(args);
      if (object) inputs.set(args.urn, object);
    },
    validateStack(args: StackValidationArgs, report: ReportViolation): void {
      const stack = args.resources.flatMap(({ urn }) => inputs.get(urn) ?? []);
      reportViolations(rule, stack, args, report);
    },
  };
}

function declared(args: ResourceValidationArgs): KubernetesObject | undefined {
  return KubernetesObject.of({ ...args, props: settled(args.props) });
}

type Configured = Pick<ResourceValidationArgs, "getConfig">;

function reportViolations(
  rule: Rule,
  objects: readonly KubernetesObject[],
  args: Configured,
  report: ReportViolation,
): void {
  const today = new Date().toISOString().slice(0, 10);
  const config = complete(rule.name, args.getConfig<Configuration>(), today);
  const judged = remaining(rule, objects, config);
  const messages = new Map(judged.map((violation) => [message(rule, violation), violation.field.owner.urn]));
  for (const [text, urn] of messages) report(text, urn);
}

/** What a rule finds and nobody has exempted: neither the operator nor, where he lets it, the program itself. */
export function remaining(
  rule: Rule,
  objects: readonly KubernetesObject[],
  { exemptions, annotations }: Required<Configuration>,
): Violation[] {
  return rule
    .judge(objects)
    .filter(({ field }) => !isExempt(field.owner, exemptions))
    .filter(({ field }) => annotations === "ignored" || !exemptionOf(rule.name, field));
}

/** `pods-run-as-non-root` -> `Pods run as non root.` */
function sentence(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll("-", " ")}.`;
}
