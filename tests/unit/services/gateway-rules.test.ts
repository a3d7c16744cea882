import { configOf, problemsOf, type StackKeys } from "../../support/stack-file";

// Mistakes of single keys stand in tests/mistakes; here are the rules between parts.
const stores = {
  postgres: { kind: "postgres", instances: 2, maxConnections: 200 },
  cache: { kind: "redis", keeps: "cache" },
  queue: { kind: "redis", keeps: "queue", servers: 3 },
};
const models = { tiny: { kind: "simulator" } };
const platform = { autoscaling: {}, monitoring: {} };
const uses = ["postgres", "cache", "queue"];
const stack = (keys: object = {}, others: StackKeys = {}) => ({
  ...platform,
  stores,
  models,
  ...others,
  services: { api: { kind: "gateway", uses, ...keys } },
});

describe("a gateway that could not serve is refused", () => {
  test.each<readonly [string, StackKeys, string]>([
    [
      "with a store under another name",
      stack({ uses: { database: "postgres", cache: "cache", queue: "queue" } }),
      "say which store is which",
    ],
    [
      "with one pod in a protected stack",
      stack({ replicas: { min: 1, max: 2 } }, { protect: true }),
      "ai-platform:services.api.replicas.min is 1, but with protect: true it must be at least 2",
    ],
    [
      "whose bounds nobody moves in",
      stack({ replicas: { min: 1, max: 3 } }, { autoscaling: undefined }),
      "ai-platform:services.api.replicas goes from 1 to 3, but the stack has no ai-platform:autoscaling,",
    ],
    [
      "whose pods want more connections than the database has",
      stack({ replicas: { min: 2, max: 50 }, databaseConnectionsPerPod: 8 }),
      "ai-platform:stores.postgres.maxConnections is 200, but clients may open 410: api 400, reserved 10.",
    ],
  ])("%s", (_what, keys, message) => {
    expect(problemsOf(keys)).toContain(message);
  });
});

test("it uses every model, under the engine's name", () => {
  const two = { "llama-3.3": { kind: "simulator" }, tiny: { kind: "simulator" } };
  const gateway = configOf(stack({}, { models: two })).parts.find(({ name }) => name === "api");
  expect(gateway?.references.map(({ to, as }) => [to, as])).toEqual([
    ["postgres", "postgres"],
    ["cache", "cache"],
    ["queue", "queue"],
    ["llama-3.3", "engine-llama-3-3"],
    ["tiny", "engine-tiny"],
  ]);
});

test.each<readonly [string, StackKeys]>([
  [
    "stores of other names, said which is which",
    stack(
      { uses: { postgres: "queue-db", cache: "cache", queue: "queue" } },
      { stores: { ...stores, "queue-db": { kind: "postgres" } } },
    ),
  ],
  [
    "a fixed number of pods without an autoscaler",
    stack({ replicas: { min: 2, max: 2 } }, { autoscaling: undefined, monitoring: undefined }),
  ],
  ["protection with two pods", stack({ replicas: { min: 2, max: 4 } }, { protect: true })],
])("%s are accepted", (_what, keys) => {
  expect(() => configOf(keys)).not.toThrow();
});
