import { configOf, problemsOf, type StackKeys } from "../../support/stack-file";

// Mistakes of single keys stand in tests/mistakes; here are the rules between parts.
const postgres = (keys: object = {}) => ({ stores: { db: { kind: "postgres", ...keys } } });
const single = (keys: object = {}) => ({ stores: { db: { kind: "postgres-single", ...keys } } });
const redis = (keys: object = {}) => ({ stores: { q: { kind: "redis", keeps: "queue", ...keys } } });
const service = (keys: object) => ({
  image: "r.example.com/a:1.0",
  resources: { cpu: "1", memory: "1Gi" },
  uses: ["db"],
  ...keys,
});

describe("stores that cannot keep what they promise are refused", () => {
  test.each<readonly [string, StackKeys, string]>([
    ["protection of a plain server", { ...single(), protect: true }, 'ai-platform:stores.db.kind is "postgres-single"'],
    ["vectorscale in a plain server", single({ databases: { a: { extensions: ["vectorscale"] } } }), "extensions[0]"],
    [
      "a database with a connection's name",
      postgres({ databases: { a: {}, reader: {} } }),
      "stores.db.databases.reader has the name of a connection",
    ],
    [
      "a store that labels its pods as another part's",
      redis({ labels: { "app.kubernetes.io/name": "x" } }),
      "stores.q.labels is",
    ],
  ])("%s", (_what, keys, message) => {
    expect(problemsOf(keys)).toContain(message);
  });
});

describe("the clients' pools together fit the server's connections", () => {
  const both = {
    api: service({ databaseConnectionsPerPod: 10, scale: { min: 1, max: 8, on: [{ cpu: { percent: 70 } }] } }),
    cron: service({ databaseConnectionsPerPod: 5, replicas: 3, uses: { first: "db", second: "db.platform" } }),
  };
  const stack = (maxConnections: number) => ({ ...postgres({ maxConnections }), autoscaling: {}, services: both });

  test("at the most pods that each can have, for every database it uses, and what the server reserves", () => {
    expect(problemsOf(stack(119))).toContain(
      "ai-platform:stores.db.maxConnections is 119, but clients may open 120: api 80, cron 30, reserved 10.",
    );
    expect(() => configOf(stack(120))).not.toThrow();
  });

  test("outside this program too", () => {
    const external = {
      kind: "postgres-external",
      host: "db.example.com",
      password: { secret: "p" },
      maxConnections: 20,
    };
    const keys = { stores: { db: external }, p: { secure: "x" }, services: { api: service({ replicas: 3 }) } };
    expect(problemsOf(keys)).toContain("ai-platform:stores.db.maxConnections is 20, but clients may open 25");
  });
});

test.each<readonly [string, StackKeys]>([
  ["a standby and protection", { ...postgres({ instances: 2 }), protect: true }],
  ["a cache that may be lost", { ...redis({ keeps: "cache" }), protect: true }],
  [
    "vectorscale in its image",
    postgres({ image: "timescaledb-ha", databases: { a: { extensions: ["vectorscale"] } } }),
  ],
  ["room for a save", redis({ memory: "1Gi", resources: { cpu: "1", memory: "1Gi", limits: { memory: "2Gi" } } })],
])("%s is accepted", (_what, keys) => {
  expect(() => configOf(keys)).not.toThrow();
});
