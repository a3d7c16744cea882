/**
 * Writes the tables of charts anew, their values and their objects: node tests/contracts/derive.ts <chart folder>...
 * A chart folder is what `helm pull --untar` makes; run this when a chart's pin changes.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pins } from "../../rehearsal/charts/pins.ts";
import { run } from "../../rehearsal/process.ts";
import { ensureTools } from "../../rehearsal/tools/index.ts";
import { tools } from "../../rehearsal/tools/table.ts";
import { objectTable } from "./object-table.ts";
import { valueTable } from "./value-table.ts";

const [script = "", ...folders] = process.argv.slice(1);
if (folders.length === 0)
  throw new Error("Name at least one chart folder: node tests/contracts/derive.ts charts/traefik");
void deriveAll();

async function deriveAll(): Promise<void> {
  const { helm } = await ensureTools(["helm"]);
  for (const folder of folders) await derive(folder, helm);
}

async function derive(folder: string, helm: string): Promise<void> {
  const pin = Object.values(pins).find(({ name }) => name === basename(folder));
  if (!pin) throw new Error(`${folder} holds no pinned chart; the folder's name must be the chart's.`);
  write("values", pin, valueTable(folder));
  // The values that the objects are made with stay what they were: they switch off what a stand-in does without.
  const values = earlierValues(pin.name);
  const version = tools["kube-apiserver"].version;
  const args = ["template", pin.name, folder, "--namespace", "there", "--kube-version", version, "--values", "-"];
  const rendered = await run(helm, args, { input: JSON.stringify(values) });
  write("objects", pin, { values, objects: objectTable(rendered) });
}

function earlierValues(name: string): object {
  const earlier = readdirSync(folderOf("objects")).find((file) => isTableOf(name, file));
  if (earlier === undefined) return {};
  return (JSON.parse(readFileSync(join(folderOf("objects"), earlier), "utf8")) as { values: object }).values;
}

function write(kind: "values" | "objects", { name, version }: { name: string; version: string }, table: object): void {
  for (const earlier of readdirSync(folderOf(kind)).filter((file) => isTableOf(name, file)))
    rmSync(join(folderOf(kind), earlier));
  const file = join(folderOf(kind), `${name}-${version}.json`);
  writeFileSync(file, `${JSON.stringify(table, null, 2)}\n`);
  console.log(file);
}

/** `name-1.2.3.json` and `name-v1.2.3.json`, but not `name-exporter-1.2.3.json`. */
function isTableOf(name: string, file: string): boolean {
  return file.startsWith(`${name}-`) && /^v?\d/.test(file.slice(name.length + 1));
}

function folderOf(kind: "values" | "objects"): string {
  return join(dirname(script), kind);
}
