/**
 * Writes the value tables anew from charts: node tests/contracts/derive.ts <chart folder>...
 * A chart folder holds Chart.yaml and values.yaml, as `helm pull --untar` makes it; run this when a chart's pin changes.
 */
import { writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { charts } from "../../components/versions.ts";
import { valueTable } from "./value-table.ts";

const [script = "", ...folders] = process.argv.slice(1);
if (folders.length === 0)
  throw new Error("Name at least one chart folder: node tests/contracts/derive.ts charts/traefik");
for (const folder of folders) {
  const pin = Object.values(charts).find(({ name }) => name === basename(folder));
  if (!pin) throw new Error(`${folder} holds no pinned chart; the folder's name must be the chart's.`);
  const file = join(dirname(script), "values", `${pin.name}-${pin.version}.json`);
  writeFileSync(file, `${JSON.stringify(valueTable(folder), null, 2)}\n`);
  console.log(`${file} from ${folder}`);
}
