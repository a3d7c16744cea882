import * as pulumi from "@pulumi/pulumi";
import { merge } from "../../../components/foundation";

test("records are merged deeply; lists and leaves are replaced", () => {
  expect(merge({ a: { b: 1, c: [1, 2] }, d: 1 }, { a: { c: [3] }, e: 2 })).toEqual({ a: { b: 1, c: [3] }, d: 1, e: 2 });
});

test("a record replaces a leaf, and a leaf a record", () => {
  expect(merge({ a: 1, b: { c: 1 } }, { a: { c: 1 }, b: 2 })).toEqual({ a: { c: 1 }, b: 2 });
});

test("outputs are leaves: they are passed on, never taken apart", () => {
  const [one, other] = [pulumi.output({ x: 1 }), pulumi.output({ y: 1 })];
  const merged = merge({ kept: one, replaced: one }, { replaced: other });
  expect(merged["kept"]).toBe(one);
  expect(merged["replaced"]).toBe(other);
});

test("neither side is changed", () => {
  const base = { a: { b: 1 } };
  const over = { a: { c: 2 } };
  merge(base, over);
  expect([base, over]).toEqual([{ a: { b: 1 } }, { a: { c: 2 } }]);
});
