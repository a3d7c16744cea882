import {
  Asset,
  copySecrecy,
  decode,
  encode,
  hasSecret,
  hasUnknown,
  type Properties,
  revealAll,
  Secret,
  UNKNOWN,
} from "../../../rehearsal/plugins/protocol/index.ts";
import { fromWire, toWire, type Wire } from "../../../rehearsal/plugins/protocol/properties.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";

test("plain values, secrets, unknowns and assets survive the way to the engine and back", () => {
  const properties: Properties = {
    plain: ["a", 1, true, null, { b: {} }],
    secret: new Secret({ password: "p", inner: new Secret([1]) }),
    unknown: [UNKNOWN],
    file: new Asset("asset", { path: "values.yaml", hash: "abc" }),
    folder: new Asset("archive", { path: "chart" }),
  };
  expect(decode(encode(properties))).toEqual(properties);
});

test("a secret and an unknown have the form that the engine reads", () => {
  expect(toWire(new Secret("p"))).toEqual({ [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", value: "p" });
  expect(toWire(UNKNOWN)).toBe("04da6b54-80e4-46f7-96ec-b56ff0331ba9");
});

test.each<[string, Wire, unknown]>([
  ["an output", { value: 1 }, 1],
  ["a secret output", { value: 1, secret: true }, new Secret(1)],
  ["an output without a value", { dependencies: [] }, UNKNOWN],
])("%s is read as what it stands for", (_, fields, value) => {
  expect(fromWire({ [SIGNATURE]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", ...(fields as object) })).toEqual(value);
});

test("a reference to a resource is read as its ID", () => {
  const wire = { [SIGNATURE]: "5cf8f73096256a8f31e491e813e4eb8e", urn: "urn:x", id: "i-1" };
  expect(fromWire(wire)).toBe("i-1");
});

test("a value of a kind that the plugin does not know is an error", () => {
  expect(() => fromWire({ [SIGNATURE]: "new" })).toThrow(/signature "new"/);
});

test("a field that is not there is empty", () => {
  expect(decode(undefined)).toEqual({});
});

test("revealing takes every secret's wrapping off and leaves unknowns", () => {
  const properties = { a: [new Secret({ b: new Secret(1) })], c: UNKNOWN };
  expect(revealAll(properties)).toEqual({ a: [{ b: 1 }], c: UNKNOWN });
  expect([hasSecret(properties), hasSecret(revealAll(properties))]).toEqual([true, false]);
  expect(hasUnknown(new Secret([UNKNOWN]))).toBe(true);
});

test("secrecy is copied by path; one secret element makes a list secret", () => {
  const source = { a: new Secret(1), b: { c: new Secret(2), d: 3 }, list: [1, new Secret(2)] };
  const target = { a: 10, b: { c: 20, d: 30, e: 40 }, list: [1, 2, 3], f: 5 };
  expect(copySecrecy(source, target)).toEqual({
    a: new Secret(10),
    b: { c: new Secret(20), d: 30, e: 40 },
    list: new Secret([1, 2, 3]),
    f: 5,
  });
});
