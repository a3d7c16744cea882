import { readRaw } from "../../../components/config/raw";
import { configOf, encrypted, problemsOf, rawOf } from "../../support/stack-file";

test("text stays text, even if it looks like a number", () => {
  expect(readRaw(rawOf({ domain: "123" })).values).toEqual({ domain: "123" });
  expect(configOf({ domain: "123" }).domain).toBe("123");
});

test("everything else is JSON, and what is none is left for the schema to refuse", () => {
  expect(readRaw(rawOf({ protect: true, ingress: { replicas: 2 } })).values).toEqual({
    protect: true,
    ingress: { replicas: 2 },
  });
  expect(problemsOf({ ingress: "{replicas: 1" })).toContain('ai-platform:ingress is "{replicas: 1"');
});

test("an encrypted key of no schema is a secret under its name; one of the schema is a value", () => {
  const { values, secrets } = readRaw(rawOf({ pagerUrl: encrypted, domain: encrypted }));
  expect(secrets).toEqual(["pagerUrl"]);
  expect(values).toEqual({ domain: "decrypted-domain" });
});

test("a model without kind is a vLLM, and a service without kind any image", () => {
  const { values } = readRaw(rawOf({ models: { m: {} }, services: { s: {}, g: { kind: "gateway" } } }));
  expect(values).toMatchObject({
    models: { m: { kind: "vllm" } },
    services: { s: { kind: "service" }, g: { kind: "gateway" } },
  });
});

test("keys of Pulumi and its providers are theirs", () => {
  expect(readRaw(rawOf({ "kubernetes:context": "kind", "pulumi:tags": {} })).problems).toEqual([]);
});

test.each([
  ["ai-plattform:size", "ai-platform:size"],
  ["ai-platfrom:stores", "ai-platform:stores"],
  ["kubernets:context", "kubernetes:context"],
])("the misspelt prefix of %s is an error, because nobody would read the key", (key, meant) => {
  const message = problemsOf({ [key]: "x" });
  expect(message).toContain(`${key} belongs to "${key.split(":")[0]}", which nothing reads`);
  expect(message).toContain(`Did you mean ${meant}?`);
});
