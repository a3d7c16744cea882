import { unknown } from "../../policies/field";
import type { KubernetesObject } from "../../policies/kubernetes";
import type { Rule } from "../../policies/rule";
import { rules } from "../../policies/rules";
import { compliantStack, object } from "./builders";
import { findings } from "./judge";

describe.each(rules.map((rule) => [rule.name, rule] as const))("%s", (_, rule) => {
  test("finds nothing in a compliant stack", () => {
    expect(findings(rule, ...compliantStack())).toEqual([]);
  });

  test("accuses nobody while a preview does not know some value of a compliant stack", () => {
    const accused = variants(unknown).filter((variant) => judge(rule, variant).length > 0);
    expect(accused.map(({ path }) => path)).toEqual([]);
  });

  test("fails on no object, whatever is missing or of another type", () => {
    for (const value of [undefined, null, 0, "", [[]], {}])
      for (const { path, object } of variants(value)) judgeOrName(rule, path, object);
  });
});

interface Variant {
  readonly path: string;
  readonly object: KubernetesObject;
  readonly index: number;
}

const made = new Map<unknown, Variant[]>();

/** Every object of the compliant stack with one value replaced, for every value there is. */
function variants(value: unknown): Variant[] {
  const known = made.get(value);
  if (known) return known;
  const all = compliantStack().flatMap((original, index) =>
    pathsBelow(original.at().value).map((path) => ({
      path: `${original.title}: ${path.join(".")}`,
      object: replaced(original, path, value),
      index,
    })),
  );
  made.set(value, all);
  return all;
}

const stack = compliantStack();

function judge(rule: Rule, { object, index }: Variant): string[] {
  return findings(rule, ...(rule.scope === "stack" ? stack.with(index, object) : [object]));
}

function judgeOrName(rule: Rule, path: string, object: KubernetesObject): void {
  try {
    rule.judge([object]);
  } catch (error) {
    throw new Error(`${rule.name} failed on ${path}`, { cause: error });
  }
}

/** Every place in an object, as steps from its root. */
function pathsBelow(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => [[...path, key], ...pathsBelow(below, [...path, key])]);
}

function replaced(original: KubernetesObject, path: readonly string[], value: unknown): KubernetesObject {
  const edit = (target: unknown, [step, ...rest]: readonly string[]): unknown => {
    if (step === undefined) return value;
    const copy: object = Array.isArray(target) ? [...(target as unknown[])] : { ...(target as object) };
    return Object.assign(copy, { [step]: edit(Reflect.get(copy, step), rest) });
  };
  const props = edit(original.at().value, path) as object;
  const [type = "", name = ""] = original.urn.split("::").slice(2);
  return object(type.replace("kubernetes:", ""), props, { name, protect: original.protect.value === true });
}
