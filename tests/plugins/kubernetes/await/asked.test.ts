import { limitFor, ruleFor } from "../../../../rehearsal/plugins/kubernetes/await/rules.ts";
import { asked, condition, type Fields, object, verdictOn } from "./cluster.ts";

test.each<[string, Fields, boolean]>([
  ["condition=Ready", condition("True"), true],
  ["condition=Ready", condition("False"), false],
  ["condition=Ready", condition("True", { observedGeneration: 1 }), false],
  ["condition=Ready=false", condition("False"), true],
  ["jsonpath={.phase}", {}, false],
  ["jsonpath={.status.phase}", { phase: "" }, true],
  ["jsonpath={.status.phase}=Done", { phase: "Done" }, true],
  ["jsonpath={.status.phase}=Done", { phase: "Busy" }, false],
  ["jsonpath={.status.count}=3", { count: 3 }, true],
  ['jsonpath={.status.conditions[?@.type=="Ready"].status}=True', condition("True"), true],
  ['["condition=Ready","jsonpath={.status.phase}=Done"]', { ...condition("True"), phase: "Busy" }, false],
  ['["condition=Ready","jsonpath={.status.phase}=Done"]', { ...condition("True"), phase: "Done" }, true],
])("5.14 waitFor %s with status %j: ready is %s", async (waitFor, status, ready) => {
  expect((await verdictOn(asked(waitFor, status))).ready).toBe(ready);
});

test.each(["Ready", "jsonpath=.status.phase", "[]", "[1]"])("5.14 waitFor %s is refused", (waitFor) => {
  expect(() => ruleFor(asked(waitFor, {}))).toThrow(/waitFor.*is not understood/s);
});

test("5 skipAwait goes before everything else", () => {
  const annotations = { "pulumi.com/skipAwait": "true", "pulumi.com/waitFor": "condition=Ready" };
  expect(ruleFor(object("apps/v1", "Deployment", {}, { annotations }))).toBeUndefined();
});

test("5 the limit is customTimeouts, else timeoutSeconds, else ten minutes", () => {
  const annotated = object("v1", "Pod", {}, { annotations: { "pulumi.com/timeoutSeconds": "30" } });
  expect([limitFor(annotated, 5), limitFor(annotated, 0), limitFor(object("v1", "Pod"), 0)]).toEqual([5, 30, 600]);
});
