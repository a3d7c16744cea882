import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { exists } from "../files.ts";
import { cacheFolder } from "../tools/cache.ts";
import { readArchive, writeArchive } from "./archive.ts";
import { chartFiles } from "./chart.ts";
import { readDefinitions } from "./modules.ts";
import { type ChartPin, pins } from "./pins.ts";
import { readFiles, readStandIn, type StandIn } from "./stand-in.ts";

export { stageFiles } from "./stand-in.ts";

export interface EnsureChartsArgs {
  /** The project's cache folder; the charts go below `charts/`. */
  readonly cacheDir: string;
  /** Receives one line per download and one per chart. @default nobody */
  readonly onProgress?: (line: string) => void;
}

export interface ChartMirror {
  /** Folder with one `<name>-<version>.tgz` per pin, fit for `chartMirror`. */
  readonly mirror: string;
  /** What each chart is made of, in words. */
  readonly charts: readonly { readonly name: string; readonly version: string; readonly source: string }[];
}

/**
 * Builds the stand-in charts that are not there yet. Safe to interrupt and to run twice at once: a chart appears complete
 * or not at all. Fails when a pinned chart has no stand-in, or a vendor's definitions cannot be fetched.
 */
export async function ensureCharts({ cacheDir, onProgress = () => {} }: EnsureChartsArgs): Promise<ChartMirror> {
  const standIns = await Promise.all(Object.values(pins).map(readStandIn));
  const mirror = join(cacheDir, "charts", await contentVersion());
  await mkdir(mirror, { recursive: true });
  const charts = [];
  for (const standIn of standIns) {
    const { name, version } = standIn.pin;
    await ensureChart(mirror, standIn, (line) => {
      onProgress(`${name}: ${line}`);
    });
    const source = describe(standIn, await readArchive(archivePath(mirror, standIn.pin)));
    onProgress(`${name} ${version}: ${source}`);
    charts.push({ name, version, source });
  }
  return { mirror, charts };
}

async function ensureChart(mirror: string, standIn: StandIn, onProgress: (line: string) => void): Promise<void> {
  const path = archivePath(mirror, standIn.pin);
  if (await exists(path)) return;
  const { definitions } = standIn;
  const texts = definitions ? await readDefinitions(definitions, onProgress) : new Map<string, string>();
  await writeArchive(path, await chartFiles(standIn, texts));
}

/** The file Helm installs in place of the pinned chart. */
export function archivePath(mirror: string, { name, version }: ChartPin): string {
  return join(mirror, `${name}-${version}.tgz`);
}

/** The text of every custom resource definition in the charts of the project's cache, which are built first where missing. */
export async function definitionTexts(): Promise<string[]> {
  const { mirror } = await ensureCharts({ cacheDir: cacheFolder() });
  const archives = await Promise.all(Object.values(pins).map((pin) => readArchive(archivePath(mirror, pin))));
  return archives.flatMap(definitionsOf);
}

function definitionsOf(files: ReadonlyMap<string, string>): string[] {
  return [...files.values()].filter((text) => /^kind: CustomResourceDefinition$/m.test(text));
}

function describe({ definitions }: StandIn, files: ReadonlyMap<string, string>): string {
  if (!definitions) return "stand-in; the real chart defines no kinds";
  const { module, version } = definitions;
  return `stand-in with ${definitionsOf(files).length} real custom resource definitions of ${module} ${version}`;
}

/** Changes whenever a chart could: with a pin, a stand-in or what builds them. */
async function contentVersion(): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(pins));
  for (const [path, text] of await readFiles(import.meta.dirname)) hash.update(path).update(text);
  return hash.digest("hex").slice(0, 12);
}
