import { diff } from "../../../rehearsal/plugins/kubernetes/release/diff.ts";
import { complete } from "../../../rehearsal/plugins/kubernetes/release/inputs.ts";
import { type Properties, Secret, UNKNOWN } from "../../../rehearsal/plugins/protocol/index.ts";
import { resource } from "./release.ts";

const base: Properties = { name: "web", namespace: "apps", chart: "./web", version: "1.0.0", values: { a: 1 } };

function difference(after: Properties, { state = base, ignoreChanges = [] as string[] } = {}) {
  const states = { id: "apps/web", oldInputs: complete(base), oldOutputs: complete(state) };
  return diff({ ...resource("web"), ...states, inputs: after, ignoreChanges });
}

test("8.4 equal inputs are no change", () => {
  expect(difference(base)).toMatchObject({ changed: false, changes: {} });
});

test("8.4 changes are reported field by field", () => {
  const { changes } = difference({ ...base, values: { a: 2, b: { c: 1 } }, version: "1.1.0" });
  expect(changes).toEqual({
    "values.a": { kind: "update", replaces: false, inputDiff: true },
    "values.b": { kind: "add", replaces: false, inputDiff: true },
    version: { kind: "update", replaces: false, inputDiff: true },
  });
});

test("8.4 only name and namespace replace, and never by deleting first", () => {
  const result = difference({ ...base, name: "www", namespace: "other", chart: "./other" });
  const replacing = Object.entries(result.changes ?? {}).filter(([, change]) => change.replaces);
  expect(replacing.map(([path]) => path)).toEqual(["name", "namespace"]);
  expect(result.deleteBeforeReplace).toBe(false);
});

test("8.4 a value that the program no longer sets is a deletion", () => {
  expect(difference({ ...base, values: {} }).changes).toEqual({
    "values.a": { kind: "delete", replaces: false, inputDiff: true },
  });
});

test("8.4 a value that only the cluster has is no change", () => {
  expect(difference(base, { state: { ...base, values: { a: 1, kept: true } } }).changed).toBe(false);
});

test("8.4 a value or version that has drifted is a change back", () => {
  const state = { ...base, version: "0.9.0", values: { a: 7 } };
  expect(Object.keys(difference(base, { state }).changes ?? {}).sort()).toEqual(["values.a", "version"]);
});

test("8.4 a failed status alone is no change", () => {
  const oldOutputs = { ...complete(base), status: { status: "failed" }, resourceNames: {} };
  const states = { id: "apps/web", oldInputs: complete(base), oldOutputs, ignoreChanges: [] };
  expect(diff({ ...resource("web"), ...states, inputs: complete(base) }).changed).toBe(false);
});

test("8.4 ignoreChanges leaves out the version and whatever lies below a path", () => {
  const after = { ...base, version: "2.0.0", values: { a: { deep: 1 } } };
  expect(difference(after, { ignoreChanges: ["version", "values.a"] }).changed).toBe(false);
});

test("8.4 wrapping a value as a secret is no change", () => {
  expect(difference({ ...base, values: new Secret({ a: 1 }) }).changed).toBe(false);
});

test("8.2 an unknown value is a change of that value and of nothing else", () => {
  expect(Object.keys(difference({ ...base, values: { a: UNKNOWN } }).changes ?? {})).toEqual(["values.a"]);
});
