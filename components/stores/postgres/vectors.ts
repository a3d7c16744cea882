import type { VectorKeys } from "./keys";

export type IndexMethod = NonNullable<VectorKeys["index"]>;

const METHODS: readonly IndexMethod[] = ["hnsw", "ivfflat", "diskann"];
/** Above this, graphs in memory become too large and too slow to build; below, `diskann` has no advantage. */
const MOST_ROWS_OF_HNSW = 10_000_000;
/** Share of a session's memory that building an index may take. */
const BUILD_SHARE = 0.125;
/** Vectors from which `diskann` can tell how each dimension is spread. */
const DISKANN_SAMPLE = 10_000;
/** Candidates that pgvector weighs for a vector by default, and at least twice its neighbours. */
const HNSW_CANDIDATES = 64;

const OPERATORS = {
  cosine: "vector_cosine_ops",
  l2: "vector_l2_ops",
  "inner-product": "vector_ip_ops",
} as const satisfies Record<VectorKeys["distance"], string>;

/** The index for a number of vectors, unless the stack file names one. */
export function indexMethod({ rows, index }: Pick<VectorKeys, "rows" | "index">): IndexMethod {
  return index ?? (rows > MOST_ROWS_OF_HNSW ? "diskann" : "hnsw");
}

export function indexName({ table, column }: Pick<VectorKeys, "table" | "column">, method: IndexMethod): string {
  return `${table.split(".").at(-1)}_${column}_${method}`;
}

/** What psql runs for a database. Running it again changes nothing. */
export function indexScript(vectors: readonly VectorKeys[], memoryMiB: number): string {
  const steps = vectors.flatMap(indexSteps).map((step) => `${step} \\gexec`);
  return [`SET maintenance_work_mem = '${Math.floor(memoryMiB * BUILD_SHARE)}MB';`, ...steps, ""].join("\n");
}

/** Queries whose results are the statements to run, none where nothing is to do. In order. */
export function indexSteps(vector: VectorKeys): string[] {
  const method = indexMethod(vector);
  const index = placed(vector, indexName(vector, method));
  const others = METHODS.filter((other) => other !== method).map((other) => placed(vector, indexName(vector, other)));
  return [
    // A build that broke off leaves an index that exists, but is not used.
    `SELECT format('DROP INDEX CONCURRENTLY %s', indexrelid::regclass) FROM pg_index WHERE indexrelid = ${index} AND NOT indisvalid`,
    `SELECT '${createIndex(vector, method)}' FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE attrelid = ${placed(vector)} AND attname = '${vector.column}' AND ${index} IS NULL${enoughRows(vector, method)}`,
    // What another number of rows chose, once its successor works.
    `SELECT format('DROP INDEX CONCURRENTLY %s', old.indexrelid::regclass) FROM pg_index AS old, pg_index AS new WHERE old.indexrelid IN (${others.join(", ")}) AND new.indexrelid = ${index} AND new.indisvalid`,
  ];
}

function createIndex(vector: VectorKeys, method: IndexMethod): string {
  const { table, column, distance } = vector;
  const options = Object.entries(optionsOf(vector, method)).map(([name, value]) => `${name} = ${value}`);
  const settings = options.length > 0 ? ` WITH (${options.join(", ")})` : "";
  return `CREATE INDEX CONCURRENTLY IF NOT EXISTS ${quoted(indexName(vector, method))} ON ${quoted(table)} USING ${method} (${quoted(column)} ${OPERATORS[distance]})${settings}`;
}

function optionsOf({ rows, neighbours }: VectorKeys, method: IndexMethod): Readonly<Record<string, number>> {
  if (method === "ivfflat") return { lists: listsOf(rows) };
  if (neighbours === undefined) return {};
  if (method === "diskann") return { num_neighbors: neighbours };
  return { m: neighbours, ef_construction: Math.max(HNSW_CANDIDATES, 2 * neighbours) };
}

/** As pgvector recommends: a list for a thousand vectors, and fewer from a million on. */
function listsOf(rows: number): number {
  return Math.min(32_768, Math.ceil(rows > 1_000_000 ? Math.sqrt(rows) : rows / 1000));
}

/**
 * Two indexes learn from the vectors that are there when they are made, once and for all: `ivfflat` where its lists are centred, `diskann`
 * how to compress. So they wait for some; so few are soon searched without an index.
 */
function enoughRows({ rows }: VectorKeys, method: IndexMethod): string {
  if (method === "hnsw") return "";
  return ` AND reltuples >= ${method === "ivfflat" ? Math.ceil(rows / 10) : DISKANN_SAMPLE}`;
}

/** The table, or an index beside it, as an expression that is null while there is none. */
function placed({ table }: VectorKeys, name = table.split(".").at(-1) ?? table): string {
  const schema = table.includes(".") ? `${table.split(".")[0]}.` : "";
  return `to_regclass('${quoted(schema + name)}')`;
}

/** `app.photos` -> `"app"."photos"`. */
function quoted(name: string): string {
  return name
    .split(".")
    .map((part) => `"${part}"`)
    .join(".");
}
