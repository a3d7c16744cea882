import { configOf, encrypted, partOf } from "../../support/stack-file";

test("a stack file may be empty: nothing is installed beside the namespace", () => {
  const config = configOf();
  expect(config).toMatchObject({
    system: "ai-platform",
    domain: "ai.localhost",
    size: "dev",
    protect: false,
    parts: [],
  });
  for (const key of ["certificates", "monitoring", "ingress", "autoscaling", "gpu"] as const)
    expect(config[key]).toBeUndefined();
});

test("every key of the platform is filled by size, and explicit keys win", () => {
  const config = configOf({
    size: "small",
    ingress: { replicas: 7 },
    certificates: {},
    monitoring: {},
    autoscaling: {},
  });
  expect(config.ingress).toMatchObject({ replicas: 7 });
  expect(config.certificates).toMatchObject({ replicas: 2, issuer: "internal" });
  expect(config.monitoring).toMatchObject({ replicas: 2, storage: "50Gi", memory: "4Gi", retention: "15d" });
  expect(config.autoscaling).toMatchObject({ replicas: 2 });
});

test("parts are filled by size, their own keys winning", () => {
  const keys = { size: "small", stores: { postgres: { kind: "postgres", storage: "7Gi" } } };
  expect(partOf(keys, "postgres")).toMatchObject({
    instances: 3,
    storage: "7Gi",
    resources: { memory: "4Gi" },
    databases: { platform: { extensions: ["vector"] } },
  });
});

test("a model without kind is a vLLM with one GPU", () => {
  const source = `hf://a/b@${"0".repeat(40)}`;
  const keys = { gpu: {}, models: { m: { source, contextTokens: 8192, weights: "20Gi" } } };
  const [model] = configOf(keys).parts;
  expect(model).toMatchObject({ room: "models", kind: "vllm", keys: { gpus: 1, memory: "64Gi" } });
});

test("an encrypted value of a key of the schema is used like any", () => {
  expect(() => configOf({ domain: encrypted })).not.toThrow();
});
