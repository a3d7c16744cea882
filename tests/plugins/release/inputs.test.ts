import { complete, withDefaults } from "../../../rehearsal/plugins/kubernetes/release/inputs.ts";
import { Asset, type Properties, Secret } from "../../../rehearsal/plugins/protocol/index.ts";

const filled = (inputs: Properties, oldInputs?: Properties) =>
  withDefaults(inputs, { name: "web", oldInputs, defaultNamespace: "apps" });

test("8.1 a release without a name gets the resource's name and eight hexadecimal digits", () => {
  expect(filled({})["name"]).toMatch(/^web-[0-9a-f]{8}$/);
});

test("8.1 a generated name stays for as long as the release exists, and a given name wins", () => {
  expect(filled({}, { name: "web-01234567" })["name"]).toBe("web-01234567");
  expect(filled({ name: "given" }, { name: "web-01234567" })["name"]).toBe("given");
});

test("8.1 the namespace is the provider's and the limit 300 seconds, unless the program says otherwise", () => {
  expect(filled({})).toMatchObject({ namespace: "apps", timeout: 300 });
  expect(filled({ namespace: "own", timeout: 20 })).toMatchObject({ namespace: "own", timeout: 20 });
});

test("8.1 a release that nobody waits for has no limit", () => {
  expect(filled({ skipAwait: true })).not.toHaveProperty("timeout");
});

test("8.1 verification uses the user's key ring", () => {
  expect(filled({ verify: true })["keyring"]).toBe(`${process.env["HOME"]}/.gnupg/pubring.gpg`);
});

test("8.3 every field is written, those with zero values too, but not maxHistory and repositoryOpts", () => {
  const inputs = complete({ name: "web", chart: "./web" });
  expect(inputs).toMatchObject({ atomic: false, description: "", timeout: 0, values: {}, version: "", chart: "./web" });
  expect(inputs).not.toHaveProperty("maxHistory");
  expect(inputs).not.toHaveProperty("repositoryOpts");
  expect(complete({ maxHistory: 0 })["maxHistory"]).toBe(0);
});

test("8.3 compat, manifest and resourceNames are dropped", () => {
  const inputs = complete({ compat: "true", manifest: {}, resourceNames: {} });
  expect(Object.keys(inputs)).not.toEqual(expect.arrayContaining(["compat"]));
  expect(inputs).not.toHaveProperty("manifest");
  expect(inputs).not.toHaveProperty("resourceNames");
});

test("8.3 value files are merged deeply in their order, the values come last and the files vanish", () => {
  const file = (text: string) => new Asset("asset", { text });
  const inputs = complete({
    valueYamlFiles: [file("a: { x: 1, y: 1 }\nlist: [1, 2]"), file("a: { y: 2, z: 2 }\nlist: [3]")],
    values: { a: { z: 3 } },
  });
  expect(inputs["values"]).toEqual({ a: { x: 1, y: 2, z: 3 }, list: [3] });
  expect(inputs).not.toHaveProperty("valueYamlFiles");
});

test("8.3 a null value is kept, because Helm removes the chart's default for it", () => {
  expect(complete({ values: { limit: null } })["values"]).toEqual({ limit: null });
});

test("8.12 a secret value stays secret when the inputs are completed", () => {
  expect(complete({ values: { a: new Secret("s"), b: "plain" } })["values"]).toEqual({
    a: new Secret("s"),
    b: "plain",
  });
});

test("8.12 a secret value file makes all values secret", () => {
  const file = new Secret(new Asset("asset", { text: "password: p" }));
  expect(complete({ valueYamlFiles: [file] })["values"]).toEqual(new Secret({ password: "p" }));
});
