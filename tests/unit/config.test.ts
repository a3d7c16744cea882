import { ConfigError, parseConfig } from "../../components/foundation";

const simulator = JSON.stringify([{ name: "tiny", kind: "simulator" }]);

function problems(texts: Record<string, string>): string {
  try {
    parseConfig({ models: simulator, ...texts }, "Pulumi.test.yaml");
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("The configuration was accepted.");
}

describe("a stack file", () => {
  test("needs nothing but a model", () => {
    const config = parseConfig({ models: simulator }, "Pulumi.test.yaml");
    expect(config).toMatchObject({ domain: "ai.localhost", size: "dev", protect: false });
    expect(config.models[0]).toMatchObject({ name: "tiny", kind: "simulator", contextTokens: 4096 });
  });

  test("is filled in by its size preset, and explicit keys win", () => {
    const config = parseConfig({ models: simulator, size: "small", ingress: '{"replicas":7}' }, "Pulumi.test.yaml");
    expect(config.ingress.replicas).toBe(7);
    expect(config.postgres).toMatchObject({ kind: "cluster", instances: 3 });
  });

  test("keeps text as text, even if it looks like a number", () => {
    expect(parseConfig({ models: simulator, domain: "123" }, "f").domain).toBe("123");
  });

  test("treats a model without kind as vLLM", () => {
    const models = JSON.stringify([
      { name: "m", source: `hf://a/b@${"0".repeat(40)}`, contextTokens: 8192, weightsGiB: 20 },
    ]);
    expect(parseConfig({ models, gpu: "{}" }, "f").models[0]).toMatchObject({ kind: "vllm", gpus: 1 });
  });
});

describe("an error names key, value, what is allowed and the fix, and says that nothing was created", () => {
  test.each([
    ["an unknown key", { domian: "x.example" }, ["ai-platform:domian", '"x.example"', "no known key", "spelling"]],
    ["a nested unknown key", { ingress: '{"replica":2}' }, ["ai-platform:ingress.replica", "no known key"]],
    ["a number out of range", { ingress: '{"replicas":0}' }, ["ai-platform:ingress.replicas is 0", "at least 1"]],
    [
      "a word instead of a number",
      { ingress: '{"replicas":"two"}' },
      ['ai-platform:ingress.replicas is "two"', "number"],
    ],
    ["a wrong choice", { size: "huge" }, ['ai-platform:size is "huge"', '"dev" or "small"']],
    ["a bad host", { domain: "Not A Host" }, ['ai-platform:domain is "Not A Host"', "chat.example.com"]],
    ["a missing key", { models: '[{"kind":"simulator"}]' }, ["ai-platform:models[0].name is missing"]],
    [
      "an unknown kind of model",
      { models: '[{"kind":"tgi","name":"m"}]' },
      ['ai-platform:models[0].kind is "tgi", but allowed is "vllm" or "simulator".'],
    ],
    [
      "an unknown kind of store",
      { postgres: '{"kind":"mysql"}' },
      ['ai-platform:postgres.kind is "mysql", but allowed is "cluster" or "single" or "external".'],
    ],
    [
      "an address range that is none",
      { ingress: '{"trustedProxies":["10.0.0.0"]}' },
      ['ai-platform:ingress.trustedProxies[0] is "10.0.0.0"', "for example 10.0.0.0/8"],
    ],
    ["broken JSON", { ingress: "{replicas: 1" }, ["ai-platform:ingress is", "object"]],
    ["no models", { models: "[]" }, ["ai-platform:models is []", "at least 1 entries"]],
    ["an inverted range", { backend: '{"replicas":{"min":3,"max":2}}' }, ["ai-platform:backend.replicas.min is 3"]],
  ])("%s", (_what, texts, parts) => {
    const message = problems(texts);
    for (const part of [...parts, "Pulumi.test.yaml: ", "Nothing was created."]) expect(message).toContain(part);
  });
});

describe("keys that depend on each other", () => {
  const vllm = { name: "m", source: `hf://a/b@${"0".repeat(40)}`, contextTokens: 8192, weightsGiB: 20 };
  test.each([
    [
      "two models of one name",
      { models: '[{"name":"a.b","kind":"simulator"},{"name":"a-b","kind":"simulator"}]' },
      "models[1].name",
    ],
    ["a GPU model without GPUs", { models: JSON.stringify([vllm]) }, "ai-platform:gpu is missing"],
    [
      "ACME without contact",
      { certificates: '{"issuer":"acme"}', domain: "a.example.com" },
      "certificates.acmeEmail is missing",
    ],
    ["ACME for a local name", { certificates: '{"issuer":"acme","acmeEmail":"a@b.example"}' }, "ai-platform:domain"],
    ["protection without redundancy", { protect: "true" }, "ai-platform:postgres.instances is 1"],
    [
      "an outside database without password",
      { postgres: '{"kind":"external","host":"db.example.com"}' },
      "postgresPassword",
    ],
  ])("%s is refused", (_what, texts, part) => {
    expect(problems(texts as Record<string, string>)).toContain(part);
  });

  test("an outside database with its password is accepted", () => {
    const texts = {
      models: simulator,
      postgres: '{"kind":"external","host":"db.example.com"}',
      postgresPassword: "[secret]",
    };
    expect(parseConfig(texts, "f").postgres).toMatchObject({ kind: "external", port: 5432 });
  });
});
