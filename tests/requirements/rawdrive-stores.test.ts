import { indexMethod } from "../../components/stores/postgres/vectors";
import { flows } from "../support/edges";
import type { Recorded } from "../support/mocks";
import { recordStack } from "../support/program";

/** The rows of RawDrive about its database, its vectors and Redis. */
let stack: Recorded;
let dev: Recorded;
beforeAll(async () => {
  stack = await recordStack("rawdrive");
  dev = await recordStack("rawdrive-dev");
});

const HUNDRED_THOUSAND = 100_000;
const TEN_MILLION = 10_000_000;

/** Statements with which the database is made. */
function initialSql(): string[] {
  const { spec } = stack.object("Cluster", "postgres").inputs as {
    spec: { bootstrap: { initdb: { postInitApplicationSQL: string[] } } };
  };
  return spec.bootstrap.initdb.postInitApplicationSQL;
}

/** What psql runs every hour. */
function vectorScript(of: Recorded): string {
  return (of.get("postgres-vectors", "ConfigMap").inputs["data"] as Record<string, string>)["rawdrive.sql"] ?? "";
}

function redisConfig(name: string): string {
  const data = stack.get(`${name}-config`, "ConfigMap").inputs["data"] as Record<string, string>;
  return data["redis.conf"] ?? "";
}

test("A58 PostgreSQL 16 with pgvector and pgvectorscale, three servers of it", () => {
  expect(stack.object("Cluster", "postgres").inputs).toMatchObject({
    spec: { instances: 3, imageCatalogRef: { kind: "ImageCatalog", name: "postgres", major: 16 } },
  });
  expect(initialSql().join("\n")).toMatch(/"vector"[\s\S]*"vectorscale"/);
});

test("A59 the image is timescaledb-ha of PostgreSQL 16 by its full tag, without code under the Timescale licence", () => {
  const { spec } = stack.object("ImageCatalog", "postgres").inputs as { spec: { images: { image: string }[] } };
  expect(spec.images).toEqual([
    {
      major: 16,
      image: expect.stringMatching(/^docker\.io\/timescale\/timescaledb-ha:pg16\.\d+-ts\d+\.\d+\.\d+-oss$/),
    },
  ]);
});

test("A60 the extension vector is created with the database, unless it is there", () => {
  expect(initialSql()).toContain('CREATE EXTENSION IF NOT EXISTS "vector" CASCADE');
});

test("A61 the extension vectorscale is created with the database, unless it is there", () => {
  expect(initialSql()).toContain('CREATE EXTENSION IF NOT EXISTS "vectorscale" CASCADE');
});

test("A62 photos.embedding gets a diskann index with the cosine operators and 50 neighbours", () => {
  expect(vectorScript(stack)).toContain(
    'CREATE INDEX CONCURRENTLY IF NOT EXISTS "photos_embedding_diskann" ON "photos" USING diskann ("embedding" vector_cosine_ops) WITH (num_neighbors = 50)',
  );
  expect(stack.object("CronJob", "postgres-vectors").inputs).toMatchObject({
    metadata: { namespace: "rawdrive" },
    spec: { schedule: "17 * * * *", concurrencyPolicy: "Forbid" },
  });
  expect(flows(stack).open).toContain("rawdrive/postgres-vectors -> rawdrive/cnpg.io/cluster=postgres:5432");
});

test("A63 under a hundred thousand vectors the index is HNSW, as in development", () => {
  for (const rows of [1, HUNDRED_THOUSAND - 1]) expect(indexMethod({ rows })).toBe("hnsw");
  expect(vectorScript(dev)).toContain('ON "photos" USING hnsw ("embedding" vector_cosine_ops)');
});

test("A64 up to ten million vectors the index is HNSW, or IVFFlat where the stack file says so", () => {
  for (const rows of [HUNDRED_THOUSAND, TEN_MILLION]) {
    expect(indexMethod({ rows })).toBe("hnsw");
    expect(indexMethod({ rows, index: "ivfflat" })).toBe("ivfflat");
  }
});

test("A65 over ten million vectors the index is StreamingDiskANN", () => {
  expect(indexMethod({ rows: TEN_MILLION + 1 })).toBe("diskann");
});

test.each(["cache", "queue", "limits"])("A66 Redis 7 on port 6379: %s", (name) => {
  const { spec } = stack.object("StatefulSet", name).inputs as {
    spec: { template: { spec: { containers: { image: string }[] } } };
  };
  expect(spec.template.spec.containers[0]?.image).toMatch(/^docker\.io\/library\/redis:7\.2\.\d+/);
  expect(stack.object("Service", name).inputs).toMatchObject({
    spec: { ports: expect.arrayContaining([expect.objectContaining({ name: "redis", port: 6379 })]) },
  });
});

test("A67 the cache may evict; sessions and queues have a Redis that refuses writes instead, and keeps them on disk", () => {
  expect(redisConfig("cache")).toContain("maxmemory-policy allkeys-lru");
  expect(redisConfig("queue")).toContain("maxmemory-policy noeviction");
  expect(redisConfig("queue")).toContain("appendonly yes");
  const { spec } = stack.object("Deployment", "rawdrive-backend").inputs as {
    spec: { template: { spec: { containers: { env: { name: string; value: string }[] }[] } } };
  };
  const hosts = spec.template.spec.containers[0]?.env.filter(({ name }) => /^(CACHE|QUEUE)_HOST$/.test(name));
  expect(hosts?.map(({ value }) => value).sort()).toEqual([
    "cache.rawdrive.svc.cluster.local",
    "queue.rawdrive.svc.cluster.local",
  ]);
});
