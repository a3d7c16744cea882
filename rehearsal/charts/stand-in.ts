import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { exists } from "../files.ts";
import type { ChartPin } from "./pins.ts";

/** Where a stand-in's definitions come from: `definitions.yaml`. */
const definitionSource = z.strictObject({
  /** A Go module, which every Go proxy serves and the checksum database vouches for. */
  module: z.string(),
  version: z.string(),
  /** Folder inside the module. */
  folder: z.string(),
  /** Only the files of the folder whose names start so. */
  prefix: z.string().default(""),
  /** Folder of the chart that receives them, which decides when Helm installs and deletes them. */
  into: z.enum(["crds", "charts/crds/crds", "definitions"]),
});

export type DefinitionSource = z.infer<typeof definitionSource>;

/** A chart with the real definitions and the real objects' names, whose pods do nothing. */
export interface StandIn {
  readonly pin: ChartPin;
  /** Absent when the real chart defines no kinds. */
  readonly definitions?: DefinitionSource;
  /** Files of the chart, path to text. */
  readonly files: ReadonlyMap<string, string>;
}

const folder = join(import.meta.dirname, "stand-ins");

/** Files of a stand-in's folder that are no part of the chart. */
const DEFINITIONS = "definitions.yaml";
const STAGES = "stages.yaml";

/** The charts that have a stand-in; each lies in a folder of the chart's name. */
export function standInNames(): Promise<string[]> {
  return readdir(folder);
}

/** The stand-in of a pinned chart. */
export async function readStandIn(pin: ChartPin): Promise<StandIn> {
  const own = join(folder, pin.name);
  if (!(await exists(own)))
    throw new Error(
      `The chart ${pin.name} has no stand-in. Add the folder rehearsal/charts/stand-ins/${pin.name}/: ` +
        `rehearsal/charts/README.md says what it holds.`,
    );
  const { [DEFINITIONS]: definitions, [STAGES]: _, ...files } = Object.fromEntries(await readFiles(own));
  return {
    pin,
    ...(definitions !== undefined && { definitions: parseSource(pin.name, definitions) }),
    files: new Map(Object.entries(files)),
  };
}

/** What KWOK does with the custom resources of the charts: one file per chart that has some. */
export async function stageFiles(): Promise<string[]> {
  const files = (await standInNames()).map((name) => join(folder, name, STAGES));
  const there = await Promise.all(files.map(exists));
  return files.filter((_, index) => there[index]);
}

/** All files below a folder, path inside it to text. */
export async function readFiles(root: string): Promise<Map<string, string>> {
  const entries = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name)).sort();
  return new Map(
    await Promise.all(paths.map(async (path) => [relative(root, path), await readFile(path, "utf8")] as const)),
  );
}

/** Reads a `definitions.yaml`; fails naming the file and every fault. */
export function parseSource(name: string, text: string): DefinitionSource {
  const { data, error } = definitionSource.safeParse(parse(text));
  if (data) return data;
  const faults = error.issues.map(({ path, message }) => [path.join("."), message].filter(Boolean).join(": "));
  throw new Error(`rehearsal/charts/stand-ins/${name}/${DEFINITIONS}: ${faults.join("; ")}`);
}
