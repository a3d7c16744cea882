import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { parse } from "yaml";
import { exists } from "../files.ts";
import type { ChartPin } from "./pins.ts";

/** Folders of a chart that may receive definitions, which decides when Helm installs and deletes them. */
const FOLDERS = ["crds", "charts/crds/crds", "definitions"] as const;

/** Where a stand-in's definitions come from: `definitions.yaml`. */
export interface DefinitionSource {
  /** A Go module, which every Go proxy serves and the checksum database vouches for. */
  readonly module: string;
  readonly version: string;
  /** Folder inside the module. */
  readonly folder: string;
  /** Only the files of the folder whose names start so. @default all */
  readonly prefix?: string;
  readonly into: (typeof FOLDERS)[number];
}

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
  const source = (parse(text) ?? {}) as Readonly<Record<string, unknown>>;
  const required = ["module", "version", "folder", "into"];
  const faults = [
    ...required.filter((key) => typeof source[key] !== "string").map((key) => `${key} is missing`),
    ...Object.keys(source)
      .filter((key) => ![...required, "prefix"].includes(key))
      .map((key) => `${key} is unknown; the keys are ${required.join(", ")} and prefix`),
    ...(FOLDERS.some((one) => one === source["into"]) ? [] : [`into must be one of ${FOLDERS.join(", ")}`]),
  ];
  if (faults.length === 0) return source as unknown as DefinitionSource;
  throw new Error(`rehearsal/charts/stand-ins/${name}/${DEFINITIONS}: ${faults.join("; ")}.`);
}
