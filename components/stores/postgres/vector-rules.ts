import type { Problem } from "../../foundation";
import { type Database, databasesOf } from "./databases";
import type { PostgresSingleKeys, VectorKeys } from "./keys";
import { type IndexMethod, indexMethod, indexName } from "./vectors";

/** PostgreSQL cuts longer names off, and would then not find the index by its name. */
const LONGEST_NAME = 63;

/** What each index needs of its database, and how many neighbours its graph takes. */
const LIMITS: Readonly<Record<IndexMethod, { extensions: readonly string[]; neighbours?: readonly [number, number] }>> =
  {
    hnsw: { extensions: ["vector", "vectorscale"], neighbours: [2, 100] },
    ivfflat: { extensions: ["vector", "vectorscale"] },
    diskann: { extensions: ["vectorscale"], neighbours: [10, 1000] },
  };

/** Indexes that PostgreSQL would refuse, or not find again. */
export function vectorProblems({ databases }: Pick<PostgresSingleKeys, "databases">): Problem[] {
  return databasesOf(databases).flatMap((database) =>
    database.vectors.flatMap((vector, index) => {
      const path = ["databases", database.name, "vectors", index];
      const own = [...extensionIsThere(database, vector), ...neighboursFit(vector), ...nameFits(vector)];
      return own.map((problem) => ({ ...problem, path: [...path, ...problem.path] }));
    }),
  );
}

function extensionIsThere({ extensions }: Database, vector: VectorKeys): Problem[] {
  const method = indexMethod(vector);
  const wanted = LIMITS[method].extensions;
  if (wanted.some((name) => extensions.includes(name))) return [];
  const key = vector.index === undefined ? "rows" : "index";
  return [
    {
      path: [key],
      text: `is ${JSON.stringify(vector[key])}, which makes a ${method} index, but the database has no extension ${wanted.join(" or ")}.\n  Add it to the database's extensions${method === "diskann" ? ", or set index: hnsw" : ""}.`,
    },
  ];
}

function neighboursFit(vector: VectorKeys): Problem[] {
  const { neighbours } = vector;
  const method = indexMethod(vector);
  const limits = LIMITS[method].neighbours;
  if (neighbours === undefined || (limits && neighbours >= limits[0] && neighbours <= limits[1])) return [];
  const takes = limits ? `takes ${limits[0]} to ${limits[1]}` : "has lists and no graph";
  return [
    {
      path: ["neighbours"],
      text: `is ${neighbours}, but the index is ${method}, which ${takes}.\n  ${limits ? "Change it, or leave" : "Leave"} it out.`,
    },
  ];
}

function nameFits(vector: VectorKeys): Problem[] {
  const name = indexName(vector, indexMethod(vector));
  if (name.length <= LONGEST_NAME) return [];
  return [
    {
      path: ["column"],
      text: `is ${JSON.stringify(vector.column)}, but the index would be called ${name}, and names of PostgreSQL have at most ${LONGEST_NAME} characters.\n  Index the column in the migrations of the service that uses it.`,
    },
  ];
}
