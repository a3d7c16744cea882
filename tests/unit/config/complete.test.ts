import { z } from "zod";
import { complete } from "../../../components/config/complete";
import { sized, type Size } from "../../../components/foundation/fields";

const replicas = sized(z.int(), { dev: 1, small: 2, large: 3, xlarge: 10 });
const inner = z.strictObject({ replicas, name: z.string().default("n") });

const filled = (schema: z.ZodType, value: unknown, size: Size = "small") => complete(schema, value, size);

test.each([
  ["dev", 1],
  ["small", 2],
  ["large", 3],
  ["xlarge", 10],
] as const)("a silent key gets the value of size %s", (size, expected) => {
  expect(filled(inner, {}, size)).toEqual({ replicas: expected });
});

test("an explicit key wins, and so does a wrong one, for the schema to judge", () => {
  expect(filled(inner, { replicas: 7 })).toEqual({ replicas: 7 });
  expect(filled(inner, { replicas: "seven" })).toEqual({ replicas: "seven" });
});

test("defaults are left to the schema, and unknown keys to its verdict", () => {
  expect(filled(inner, { other: 1 })).toEqual({ replicas: 2, other: 1 });
});

test("keys within keys are filled, however deep and wherever they stand", () => {
  const outer = z.strictObject({ a: z.strictObject({ b: inner }), named: z.record(z.string(), inner) });
  expect(filled(outer, { a: { b: {} }, named: { x: {}, y: { replicas: 5 } } })).toEqual({
    a: { b: { replicas: 2 } },
    named: { x: { replicas: 2 }, y: { replicas: 5 } },
  });
});

test("a whole record may have a value by size", () => {
  const bounds = sized(z.strictObject({ min: z.int(), max: z.int() }), {
    dev: { min: 1, max: 1 },
    small: { min: 2, max: 4 },
    large: { min: 2, max: 8 },
    xlarge: { min: 2, max: 16 },
  });
  expect(filled(z.strictObject({ bounds }), {})).toEqual({ bounds: { min: 2, max: 4 } });
  expect(filled(z.strictObject({ bounds }), { bounds: { min: 1, max: 1 } })).toEqual({ bounds: { min: 1, max: 1 } });
});

test("an optional object that is silent stays away: what is absent is not installed", () => {
  const outer = z.strictObject({ part: inner.optional() });
  expect(filled(outer, {})).toEqual({});
  expect(filled(outer, { part: {} })).toEqual({ part: { replicas: 2 } });
});

test("a prefault opens an object that is silent; a default stands for itself", () => {
  expect(filled(z.strictObject({ part: inner.prefault({} as never) }), {})).toEqual({ part: { replicas: 2 } });
  const byDefault = z.strictObject({ part: inner.default({ replicas: 9, name: "n" }) });
  expect(filled(byDefault, {})).toEqual({});
  expect(byDefault.parse(filled(byDefault, {}))).toEqual({ part: { replicas: 9, name: "n" } });
});

test("of several kinds the one that is named is filled; an unknown one is left to the schema", () => {
  const union = z.discriminatedUnion("kind", [
    inner.extend({ kind: z.literal("one") }),
    z.strictObject({
      kind: z.literal("other"),
      storage: sized(z.string(), { dev: "1Gi", small: "2Gi", large: "3Gi", xlarge: "4Gi" }),
    }),
  ]);
  expect(filled(union, { kind: "other" })).toEqual({ kind: "other", storage: "2Gi" });
  expect(filled(union, { kind: "none" })).toEqual({ kind: "none" });
});

test("a value by size survives a description, a bound and a rule", () => {
  const described = replicas.describe("Pods.");
  expect(
    filled(
      z.strictObject({ described }).refine(() => true),
      {},
    ),
  ).toEqual({ described: 2 });
});
