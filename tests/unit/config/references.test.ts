import { configOf, problemsOf, type StackKeys } from "../../support/stack-file";

const service = (uses: readonly string[] | Record<string, string>, keys: object = {}) => ({
  image: "registry.example.com/app:1.0.0",
  resources: { cpu: "1", memory: "1Gi" },
  uses,
  ...keys,
});
const served = { port: 8000, probes: { ready: "/ready" } };
const stores = {
  postgres: { kind: "postgres", instances: 2, databases: { shop: {} } },
  cache: { kind: "redis", keeps: "cache" },
  queue: { kind: "redis", keeps: "queue" },
};

describe("a reference that leads nowhere is an error with the nearest name", () => {
  test.each<readonly [string, StackKeys, string]>([
    [
      "to no part",
      { stores, services: { api: service(["queu"]) } },
      'ai-platform:services.api.uses[0] is "queu", but this stack has postgres, cache, queue.\n  Did you mean queue?',
    ],
    [
      "under a name of its own",
      { stores, services: { api: service({ database: "postgre" }) } },
      'ai-platform:services.api.uses.database is "postgre", but this stack has postgres, cache, queue.\n  Did you mean postgres?',
    ],
    [
      "to no connection of a part",
      { stores, services: { api: service(["postgres.reeder"]) } },
      'ai-platform:services.api.uses[0] is "postgres.reeder", but postgres offers postgres, postgres.reader, postgres.shop.\n  Did you mean postgres.reader?',
    ],
    [
      "to a part without ports",
      { services: { api: service(["worker"]), worker: service([]) } },
      'ai-platform:services.api.uses[0] is "worker", but worker offers no connection, for it has no ports.\n  Remove it.',
    ],
    [
      "in a stack of one",
      { services: { api: service(["queue"]) } },
      'ai-platform:services.api.uses[0] is "queue", but this stack has no other parts.\n  Remove it.',
    ],
    [
      "of a signal",
      {
        stores,
        autoscaling: {},
        services: {
          api: service([], { scale: { min: 0, max: 2, on: [{ list: { in: "cashe", name: "l", perPod: 1 } }] } }),
        },
      },
      'ai-platform:services.api.scale.on[0].list.in is "cashe", but this stack has postgres, cache, queue.\n  Did you mean cache?',
    ],
  ])("%s", (_what, keys, message) => {
    expect(problemsOf(keys)).toContain(message);
  });
});

test("a store with one server has no reader to offer", () => {
  const single = { postgres: { kind: "postgres", instances: 1 } };
  expect(problemsOf({ stores: single, services: { api: service(["postgres.reader"]) } })).toContain(
    "postgres offers postgres, postgres.platform.",
  );
});

test("parts come after those they name, else in the order of the stack file", () => {
  const services = {
    web: service(["api"], served),
    api: service({ db: "postgres.reader" }, served),
    cron: service([]),
  };
  const { parts } = configOf({ stores, services });
  expect(parts.map(({ name }) => name)).toEqual(["postgres", "cache", "queue", "api", "web", "cron"]);
});

test("a part keeps its references with the names by which it knows them", () => {
  const { parts } = configOf({ stores, services: { api: service({ db: "postgres.reader" }) } });
  expect(parts.find(({ name }) => name === "api")?.references).toEqual([
    { path: ["uses", "db"], to: "postgres.reader", as: "db" },
  ]);
});

test("parts that wait for each other are an error that names the circle", () => {
  const services = { a: service(["b"], served), b: service(["c"], served), c: service(["b"], served) };
  expect(problemsOf({ services })).toContain(
    "ai-platform:services.b waits for itself: b -> c -> b.\n  Remove one of these references.",
  );
});

describe("two parts never share", () => {
  const model = { kind: "simulator" };

  test("a name", () => {
    expect(problemsOf({ stores, services: { cache: service([]) } })).toContain(
      "ai-platform:services.cache has the name of ai-platform:stores.cache, but parts find each other by name.\n  Rename one of them.",
    );
  });

  test.each<readonly [string, StackKeys, string]>([
    [
      "two models whose names differ in a dot",
      { models: { "a.b": model, "a-b": model } },
      'ai-platform:models.a-b and ai-platform:models.a.b would both have an object called "engine-a-b"',
    ],
    [
      "a model and a service",
      { models: { tiny: model }, services: { "engine-tiny": service([]) } },
      'ai-platform:services.engine-tiny and ai-platform:models.tiny would both have an object called "engine-tiny"',
    ],
    [
      "a service and another one's migrations",
      { services: { api: service([], { migrate: {} }), "api-migrations": service([]) } },
      'would both have an object called "api-migrations"',
    ],
    [
      "a service and a database's read-only Service",
      { stores, services: { "postgres-ro": service([]) } },
      'would both have an object called "postgres-ro"',
    ],
  ])("the name of an object: %s", (_what, keys, message) => {
    expect(problemsOf(keys)).toContain(message);
  });
});
