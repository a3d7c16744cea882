/** @jest-environment ./tests/support/postgres-environment.ts */
import type { VectorKeys } from "../../../components/stores/postgres/keys";
import { indexMethod, indexScript, indexSteps } from "../../../components/stores/postgres/vectors";

const photos: VectorKeys = { table: "photos", column: "embedding", rows: 1000, distance: "cosine" };

test.each([
  [99_999, "hnsw"],
  [100_000, "hnsw"],
  [10_000_000, "hnsw"],
  [10_000_001, "diskann"],
])("%i vectors are indexed by %s", (rows, method) => {
  expect(indexMethod({ rows })).toBe(method);
});

test("the stack file may name another index", () => {
  expect(indexMethod({ rows: 1_000_000, index: "ivfflat" })).toBe("ivfflat");
});

test("psql runs what each step answers, with an eighth of the server's memory", () => {
  const [settings, ...steps] = indexScript([photos], 4096).trimEnd().split("\n");
  expect(settings).toBe("SET maintenance_work_mem = '512MB';");
  expect(steps).toEqual(indexSteps(photos).map((step) => `${step} \\gexec`));
});

test.each([
  [{ rows: 1000 }, undefined],
  [{ rows: 200_000, index: "ivfflat" }, "reltuples >= 20000"],
  [{ rows: 50_000_000 }, "reltuples >= 10000"],
] as const)("%j: an index that learns from the vectors waits for some", (keys, condition) => {
  expect(/reltuples >= \d+/.exec(indexSteps({ ...photos, ...keys }).join("\n"))?.[0]).toBe(condition);
});

/** The statement that makes the index, out of the step that may answer it. */
function creation(keys: Partial<VectorKeys>): string {
  return /CREATE INDEX[^']+/.exec(indexSteps({ ...photos, ...keys }).join("\n"))?.[0] ?? "";
}

test.each([
  ["cosine", "vector_cosine_ops"],
  ["l2", "vector_l2_ops"],
  ["inner-product", "vector_ip_ops"],
] as const)("for %s distance the operators are %s", (distance, operators) => {
  expect(creation({ distance })).toContain(`("embedding" ${operators})`);
});

test.each([
  [{ rows: 50_000_000, neighbours: 50 }, "diskann", "num_neighbors = 50"],
  [{ neighbours: 24 }, "hnsw", "m = 24, ef_construction = 64"],
  // pgvector refuses fewer candidates than twice the neighbours.
  [{ neighbours: 50 }, "hnsw", "m = 50, ef_construction = 100"],
  [{ rows: 200_000, index: "ivfflat" }, "ivfflat", "lists = 200"],
  [{ rows: 4_000_000, index: "ivfflat" }, "ivfflat", "lists = 2000"],
] as const)("%j makes an index %s with %s", (keys, method, options) => {
  expect(creation(keys)).toBe(
    `CREATE INDEX CONCURRENTLY IF NOT EXISTS "photos_embedding_${method}" ON "photos" USING ${method} ("embedding" vector_cosine_ops) WITH (${options})`,
  );
});

// It has no diskann, whose statement differs by its name and options only.
describe("a real server", () => {
  beforeEach(() => database.exec("DROP TABLE IF EXISTS photos; DROP SCHEMA IF EXISTS app CASCADE"));

  /** Runs each step as psql does, and returns what was done. */
  async function run(keys: Partial<VectorKeys> = {}): Promise<string[]> {
    const done: string[] = [];
    for (const step of indexSteps({ ...photos, ...keys })) {
      const { rows } = await database.query<unknown[]>(step, [], { rowMode: "array" });
      for (const statement of rows.flat().map(String)) {
        await database.exec(statement);
        done.push(statement);
      }
    }
    return done;
  }

  /** Access methods of the valid indexes on the column. */
  async function indexes(): Promise<string[]> {
    const { rows } = await database.query<{ amname: string }>(
      "SELECT amname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_am ON pg_am.oid = relam WHERE indisvalid AND relname LIKE 'photos_embedding%'",
    );
    return rows.map(({ amname }) => amname);
  }

  test("does nothing while there is no table, or no column in it", async () => {
    expect(await run()).toEqual([]);
    await database.exec("CREATE TABLE photos (id int)");
    expect(await run()).toEqual([]);
  });

  test("gets the index once, with every option it was asked for", async () => {
    await database.exec("CREATE TABLE photos (embedding vector(3))");
    expect(await run({ neighbours: 50 })).toHaveLength(1);
    expect(await indexes()).toEqual(["hnsw"]);
    expect(await run({ neighbours: 50 })).toEqual([]);
  });

  test("gets an index in the schema of its table", async () => {
    await database.exec("CREATE SCHEMA app; CREATE TABLE app.photos (embedding vector(3))");
    expect(await run({ table: "app.photos", distance: "l2" })).toHaveLength(1);
    expect(await run({ table: "app.photos", distance: "l2" })).toEqual([]);
  });

  test("gets an index anew whose making broke off", async () => {
    await database.exec("CREATE TABLE photos (embedding vector(3))");
    await run();
    await database.exec("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'photos_embedding_hnsw'::regclass");
    expect(await run()).toEqual([
      "DROP INDEX CONCURRENTLY photos_embedding_hnsw",
      expect.stringContaining("CREATE INDEX CONCURRENTLY"),
    ]);
    expect(await indexes()).toEqual(["hnsw"]);
  });

  test("keeps the old index until another one is made, which with lists waits for vectors", async () => {
    await database.exec("CREATE TABLE photos (embedding vector(3))");
    await run();
    expect(await run({ index: "ivfflat" })).toEqual([]);
    await database.exec("INSERT INTO photos SELECT ARRAY[i, 1, 1]::vector FROM generate_series(1, 100) AS i");
    await database.exec("ANALYZE photos");
    expect(await run({ index: "ivfflat" })).toEqual([
      expect.stringContaining("USING ivfflat"),
      "DROP INDEX CONCURRENTLY photos_embedding_hnsw",
    ]);
    expect(await indexes()).toEqual(["ivfflat"]);
  });
});
