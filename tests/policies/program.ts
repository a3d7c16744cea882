import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Exemption, isExempt } from "../../policies/configuration";
import { KubernetesObject } from "../../policies/kubernetes";
import { message } from "../../policies/rule";
import { rules } from "../../policies/rules";
import { recordStack } from "../support/program";

interface Settings {
  readonly enforcementLevel?: string;
  readonly exemptions?: readonly Exemption[];
}

export interface Judgement {
  /** What would stop the engine: violations of rules that are not disabled, without exempt objects. */
  readonly violations: readonly string[];
  /** Exemptions that no object needs, as `<rule>: <resource>`. */
  readonly unusedExemptions: readonly string[];
}

/** Runs the whole program with a stack file, some of whose keys have other values, and judges it as the engine would with the stack's policy configuration. */
export async function judgeStack(name: string, keys: Readonly<Record<string, string>> = {}): Promise<Judgement> {
  const { resources } = await recordStack(name, keys);
  const objects = resources.flatMap(({ urn, type, name, inputs, protect }) => {
    // What the provider adds to an object without a name, before policies see it.
    const metadata = type.includes("helm.sh") ? {} : { metadata: { name, ...(inputs["metadata"] as object) } };
    return KubernetesObject.of({ urn, type, name, props: { ...inputs, ...metadata }, opts: { protect } }) ?? [];
  });
  const found = rules.flatMap((rule) => {
    const { enforcementLevel, exemptions = [] } = settings(name, rule.name);
    const violations = enforcementLevel === "disabled" ? [] : rule.judge(objects);
    const owners = violations.map(({ field }) => field.owner);
    return [
      {
        violations: violations.filter(({ field }) => !isExempt(field.owner, exemptions)).map((it) => message(rule, it)),
        unusedExemptions: exemptions
          .filter((exemption) => !owners.some((owner) => isExempt(owner, [exemption])))
          .map(({ resource }) => `${rule.name}: ${resource}`),
      },
    ];
  });
  return {
    violations: found.flatMap(({ violations }) => violations),
    unusedExemptions: found.flatMap(({ unusedExemptions }) => unusedExemptions),
  };
}

function settings(stack: string, rule: string): Settings {
  const file = join(__dirname, "../../policies", `${stack}.json`);
  const config = JSON.parse(readFileSync(file, "utf8")) as Record<string, Settings | string>;
  const stated = config[rule] ?? {};
  return typeof stated === "string" ? { enforcementLevel: stated } : stated;
}
