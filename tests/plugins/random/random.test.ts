import { compare } from "bcryptjs";
import { revealAll, Secret, textOf, UNKNOWN } from "../../../rehearsal/plugins/protocol/index.ts";
import { random } from "../../../rehearsal/plugins/random/provider.ts";
import { engine, type State } from "../engine.ts";

const type = (name: string) => engine(random, `random:index/random${name}:Random${name}`);
const password = type("Password");
const string = type("String");
const text = (state: State, output: string) => textOf(revealAll(state.outputs), output);

test("10.1 check echoes the inputs, create adds defaults, values, the ID and the schema version", async () => {
  expect((await string.check({ length: 8 })).inputs).toEqual({ length: 8 });
  const state = await string.create({ length: 8 });
  expect(state.outputs).toMatchObject({ length: 8, upper: true, minLower: 0, id: state.id });
  expect(state.outputs["__meta"]).toBe('{"schema_version":"2"}');
});

test("10.1 a preview leaves what is computed unknown, and secret where it will be", async () => {
  const { id, outputs } = await password.preview({ length: 8 });
  expect(id).toBe("");
  expect(outputs["result"]).toEqual(new Secret(UNKNOWN));
  expect(outputs["special"]).toBe(true);
});

test("10.1 refreshing and deleting do nothing", async () => {
  const state = await string.create({ length: 8 });
  expect(await string.refresh(state)).toMatchObject({ outputs: state.outputs });
  await expect(string.destroy(state)).resolves.toBeUndefined();
});

test("10.1 a replacement creates before it deletes", async () => {
  expect(await string.diff(await string.create({ length: 8 }), { length: 9 })).toBe("replace length");
});

test("10.1 a missing required input is a check failure", async () => {
  expect((await string.check({})).failures).toEqual([
    { property: "length", reason: "Missing required property 'length'." },
  ]);
});

test("10.2 a keeper that changes, comes or goes replaces", async () => {
  const state = await string.create({ length: 8, keepers: { a: "1" } });
  expect(await string.diff(state, { length: 8, keepers: { a: "1" } })).toBe("same");
  expect(await string.diff(state, { length: 8, keepers: { a: "2" } })).toBe("replace keepers");
  expect(await string.diff(state, { length: 8, keepers: { a: "1", b: "1" } })).toBe("replace keepers");
  expect(await string.diff(state, { length: 8 })).toBe("replace keepers");
});

test("10.2 an unknown keeper plans a replacement", async () => {
  const state = await string.create({ length: 8, keepers: { a: "1" } });
  expect(await string.diff(state, { length: 8, keepers: { a: UNKNOWN } })).toBe("replace keepers");
});

test("10.2 keepers that are only null do not replace, except for RandomBytes", async () => {
  const keepers = { a: null };
  expect(await string.diff(await string.create({ length: 8 }), { length: 8, keepers })).toBe("same");
  const bytes = type("Bytes");
  expect(await bytes.diff(await bytes.create({ length: 8 }), { length: 8, keepers })).toBe("replace keepers");
});

test("10.2 a value given explicitly that equals the default is no change", async () => {
  expect(await string.diff(await string.create({ length: 8 }), { length: 8, special: true, minUpper: 0 })).toBe("same");
});

test("10.3 a password has the length asked for and only characters of its classes", async () => {
  expect(text(await password.create({ length: 40 }), "result")).toMatch(/^[A-Za-z0-9!@#$%&*()\-_=+[\]{}<>:?]{40}$/);
  expect(text(await password.create({ length: 40, special: false }), "result")).toMatch(/^[A-Za-z0-9]{40}$/);
  const digits = { length: 12, upper: false, lower: false, special: false };
  expect(text(await password.create(digits), "result")).toMatch(/^[0-9]{12}$/);
  const own = { length: 9, upper: false, lower: false, numeric: false, overrideSpecial: "_-" };
  expect(text(await password.create(own), "result")).toMatch(/^[_-]{9}$/);
});

test("10.3 number is another name for numeric, and both are kept equal", async () => {
  const state = await string.create({ length: 8, number: false });
  expect(state.outputs).toMatchObject({ number: false, numeric: false });
  expect(await string.diff(state, { length: 8, numeric: false })).toBe("same");
  const { failures } = await string.check({ length: 8, number: true, numeric: false });
  expect(failures?.[0]?.property).toBe("number");
});

test("10.3 a length below 1 or below the sum of the minima is refused", async () => {
  for (const inputs of [{ length: 0 }, { length: 4, minUpper: 3, minLower: 2 }]) {
    expect((await string.check(inputs)).failures?.[0]?.property).toBe("length");
  }
});

test("10.3 a text without any class is refused", async () => {
  const { failures } = await string.check({ length: 8, upper: false, lower: false, numeric: false, special: false });
  expect(failures?.[0]?.reason).toContain("At least one");
});

test("10.4 a minimum counts even for a class that is switched off", async () => {
  const state = await string.create({ length: 10, special: false, minSpecial: 2 });
  expect(text(state, "result").replaceAll(/[A-Za-z0-9]/g, "")).toHaveLength(2);
});

test("10.4 an empty overrideSpecial is the same as none", async () => {
  expect(await string.diff(await string.create({ length: 8, overrideSpecial: "" }), { length: 8 })).toBe("same");
});

test("10.5 a password's ID says nothing, and its value and hash are secret", async () => {
  const state = await password.create({ length: 80 });
  expect(state.id).toBe("none");
  expect(state.outputs["result"]).toBeInstanceOf(Secret);
  expect(state.outputs["bcryptHash"]).toBeInstanceOf(Secret);
  expect(text(state, "bcryptHash")).toMatch(/^\$2[aby]\$10\$/);
  expect(await compare(text(state, "result").slice(0, 72), text(state, "bcryptHash"))).toBe(true);
});

test("10.5 a string's ID is the string, which is not secret", async () => {
  const state = await string.create({ length: 8 });
  expect(state.outputs["result"]).toBe(state.id);
});

test("10.5 an imported value is kept, and a program that differs from the defaults replaces it", async () => {
  const imported = await password.import("Secret-123");
  expect(imported).toMatchObject({ id: "none", outputs: { result: new Secret("Secret-123"), length: 10 } });
  const state = imported as State;
  expect(await password.diff(state, { length: 10 })).toBe("same");
  expect(await password.diff(state, { length: 10, special: false })).toBe("replace special");
});

test("10.6 an ID has four spellings, each with the prefix, and the resource's ID has none", async () => {
  const state = await type("Id").create({ byteLength: 4, prefix: "db-" });
  const bytes = Buffer.from(state.id, "base64url");
  expect(bytes).toHaveLength(4);
  expect(revealAll(state.outputs)).toMatchObject({
    hex: `db-${bytes.toString("hex")}`,
    dec: `db-${bytes.readUInt32BE()}`,
    b64Std: `db-${bytes.toString("base64")}`,
    b64Url: `db-${bytes.toString("base64url")}`,
  });
});

test("10.6 an ID is imported with its prefix", async () => {
  const imported = await type("Id").import("db-,_wAA");
  expect(imported).toMatchObject({
    id: "_wAA",
    inputs: { byteLength: 3, prefix: "db-" },
    outputs: { hex: "db-ff0000" },
  });
});

test("10.6 bytes are secret, though the ID is their base64 text", async () => {
  const state = await type("Bytes").create({ length: 16 });
  expect(state.outputs["base64"]).toEqual(new Secret(state.id));
  expect(state.outputs["hex"]).toEqual(new Secret(Buffer.from(state.id, "base64").toString("hex")));
});

test("10.7 a pet is lower-case words, and only the ID has its name", async () => {
  const pet = type("Pet");
  const state = await pet.create({});
  expect(state.id).toMatch(/^[a-z]+-[a-z]+$/);
  expect(state.outputs).toMatchObject({ length: 2, separator: "-" });
  expect((await pet.create({ length: 4, separator: "_", prefix: "my" })).id).toMatch(/^my(_[a-z]+){4}$/);
  expect((await pet.create({ length: 1 })).id).toMatch(/^[a-z]+$/);
  await expect(pet.import("my-pet")).rejects.toThrow("cannot be imported");
});

test("10.7 a UUID is sixteen random bytes; versions 4 and 7 are proper", async () => {
  const uuid = await type("Uuid").create({});
  expect(uuid.id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(uuid.outputs["result"]).toBe(uuid.id);
  expect((await type("Uuid4").create({})).id).toMatch(/^.{8}-.{4}-4.{3}-[89ab].{3}-.{12}$/);
  const before = Date.now();
  const { id } = await type("Uuid7").create({});
  expect(id).toMatch(/^.{8}-.{4}-7.{3}-[89ab].{3}-.{12}$/);
  const time = Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16);
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time).toBeLessThanOrEqual(Date.now());
});

test("an integer lies within its limits, both included", async () => {
  const integer = type("Integer");
  const results = await Promise.all(Array.from({ length: 60 }, () => integer.create({ min: 1, max: 2 })));
  expect(new Set(results.map(({ outputs }) => outputs["result"]))).toEqual(new Set([1, 2]));
  expect((await integer.check({ min: 3, max: 2 })).failures?.[0]?.property).toBe("min");
});

test("a shuffle has the items it was given, as many as asked for", async () => {
  const shuffle = type("Shuffle");
  const { outputs } = await shuffle.create({ inputs: ["a", "b", "c"] });
  expect([...(outputs["results"] as string[])].sort()).toEqual(["a", "b", "c"]);
  expect((await shuffle.create({ inputs: ["a", "b"], resultCount: 5 })).outputs["results"]).toHaveLength(5);
});

test("a seed is refused rather than ignored", async () => {
  expect((await type("Integer").check({ min: 1, max: 2, seed: "s" })).failures?.[0]?.property).toBe("seed");
});

test("a type that the stand-in lacks is named together with those it has", async () => {
  await expect(type("Prime").create({})).rejects.toThrow(/random:index\/randomPrime:RandomPrime.*RandomPassword/);
});
