import { complaintAbout, describeMistakes, soundKeys } from "./base";

describeMistakes("a mistake about PostgreSQL is refused", [
  ["stores/postgres/kind", "postgresql", '"postgresql"', '"postgres"'],
  ["stores/postgres/kind", undefined, "stores.postgres.kind"],
  ["stores/postgres/instances", 10, "instances is 10", "at most 9"],
  ["stores/postgres/instances", "three", "stores.postgres.instances"],
  ["stores/postgres/storage", 50, "stores.postgres.storage"],
  ["stores/postgres/storageGiB", 50, "storageGiB", "no known key"],
  ["stores/postgres/resources", { cpu: "2" }, "resources.memory is missing"],
  ["stores/postgres/resources", { cpu: "2.5", memory: "4Gi" }, "resources.cpu", "250m"],
  ["stores/postgres/resources", { cpu: "2", memory: "4GB" }, "resources.memory", "512Mi"],
  ["stores/postgres/image", "timescale", "timescaledb-ha"],
  ["stores/postgres/databases", {}, "at least one database"],
  ["stores/postgres/databases", { "Shop DB": {} }, "stores.postgres.databases"],
  ["stores/postgres/databases/shop/owner", "Shop Owner", "databases.shop.owner"],
  ["stores/postgres/databases/shop/extensions", ["vectors"], "extensions[0]", '"vector"'],
  ["stores/postgres/databases/shop/extensions", ["vectorscale"], "timescaledb-ha"],
  ["stores/postgres/databases/audit/sql", ["SELECT 1"], "databases.audit.sql", "first database"],
  ["stores/postgres/maxConnections", 30, "maxConnections is 30", "clients may open"],
  ["stores/plain/databases", { one: {}, two: {} }, "databases.two", "only one"],
  ["stores/plain/instances", 2, "no known key"],
  ["stores/warehouse/host", undefined, "stores.warehouse.host is missing"],
  ["stores/warehouse/host", "postgresql://db.example.com", "stores.warehouse.host"],
  ["stores/warehouse/port", 0, "stores.warehouse.port"],
  ["stores/warehouse/password", "hunter2", "stores.warehouse.password"],
  ["stores/warehouse/password", { secret: "dbPassword" }, "pulumi config set --secret ai-platform:dbPassword"],
  ["stores/warehouse/authority", "letsencrypt", "stores.warehouse.authority"],
  ["stores/warehouse/database", "my db", "stores.warehouse.database"],
]);

describeMistakes("a mistake about Redis is refused", [
  ["stores/cache/keeps", undefined, "stores.cache.keeps is missing"],
  ["stores/cache/keeps", "sessions", '"cache" or "queue"'],
  ["stores/cache/servers", 2, "stores.cache.servers is 2", "1 or 3"],
  ["stores/cache/memory", "1GiB", "stores.cache.memory"],
  ["stores/cache/memory", "0Mi", "stores.cache.memory"],
  ["stores/cache/replicas", 3, "no known key"],
  ["stores/cache/resources", { cpu: "100m", memory: "512Mi" }, "stores.cache.memory", "512Mi in all"],
  ["stores/cache/storageClass", "", "stores.cache.storageClass"],
  ["stores/Cache", { kind: "redis", keeps: "cache" }, "ai-platform:stores"],
  ["stores/mongo", { kind: "mongodb" }, "stores.mongo.kind"],
  ["stores/cache", "redis", "stores.cache"],
]);

test("a store that may not lose anything must be redundant where the stack is protected", () => {
  const keys = soundKeys();
  const stores = {
    postgres: { kind: "postgres", instances: 1 },
    cache: { kind: "redis", keeps: "cache", servers: 1 },
    queue: { kind: "redis", keeps: "queue", servers: 1 },
  };
  const text = complaintAbout({ ...keys, protect: true, stores, services: {}, models: {}, ingress: {} });
  expect(text).toMatch(/stores\.postgres\.instances is 1.*at least 2/);
  expect(text).toMatch(/stores\.queue\.servers is 1.*\n.*servers: 3/);
  expect(text).not.toMatch(/stores\.cache/);
});

test("two parts of one name are refused", () => {
  const keys = soundKeys();
  const services = { cache: { image: "registry.example.com/x:1.0.0", resources: { cpu: "1", memory: "1Gi" } } };
  expect(complaintAbout({ ...keys, services })).toMatch(/services\.cache has the name of ai-platform:stores\.cache/);
});

test("a secret in plain text is refused, and named for known", () => {
  const keys = { ...soundKeys(), databasePassword: "hunter2" };
  expect(complaintAbout(keys)).toMatch(/ai-platform:databasePassword/);
});
