import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ChartPin } from "../../rehearsal/charts/pins.ts";

/** Reads a committed table of a pinned chart: its values, or its objects and the values they were made with. */
export function readTable(kind: "values" | "objects", { name, version }: ChartPin): unknown {
  const file = join(__dirname, kind, `${name}-${version}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));
  throw new Error(
    `No table of ${kind} for ${name} ${version}. With Helm: helm pull --untar the chart, then node tests/contracts/derive.ts ${name}`,
  );
}
