import type { KubernetesObject } from "../../policies/kubernetes";
import { message, type Rule } from "../../policies/rule";

/** What a rule says about objects, without the object's title, the reason and the fix: `<path> is <value>, must be <allowed>`. */
export function findings(rule: Rule, ...objects: readonly KubernetesObject[]): string[] {
  return rule.judge(objects).map((violation) => {
    const text = message(rule, violation);
    return text.slice(violation.field.owner.title.length + 2, text.lastIndexOf(`. ${rule.why}`));
  });
}

/** Cases of one rule: what it lets pass, and what it says about the rest. */
export interface Cases {
  readonly passes: Readonly<Record<string, KubernetesObject | readonly KubernetesObject[]>>;
  readonly refuses: Readonly<
    Record<string, readonly [KubernetesObject | readonly KubernetesObject[], ...findings: readonly string[]]>
  >;
}

export function describeRule(rule: Rule, { passes, refuses }: Cases): void {
  const list = (objects: KubernetesObject | readonly KubernetesObject[]) => [objects].flat();
  describe(rule.name, () => {
    test.each(Object.entries(passes))("lets pass %s", (_, objects) => {
      expect(findings(rule, ...list(objects))).toEqual([]);
    });
    test.each(Object.entries(refuses))("refuses %s", (_, [objects, ...expected]) => {
      expect(expected).not.toEqual([]);
      expect(findings(rule, ...list(objects))).toEqual(expected);
    });
  });
}
