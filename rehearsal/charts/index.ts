import { createHash } from "node:crypto";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { exists } from "../files.ts";
import { cacheFolder } from "../tools/cache.ts";
import { readArchive, writeArchive } from "./archive.ts";
import { chartFiles } from "./chart.ts";
import { readDefinitions } from "./modules.ts";
import type { StandIn } from "./stand-in.ts";
import { certManager } from "./stand-ins/cert-manager.ts";
import { cloudnativePg } from "./stand-ins/cloudnative-pg.ts";
import { gpuOperator } from "./stand-ins/gpu-operator.ts";
import { keda } from "./stand-ins/keda.ts";
import { kubePrometheusStack } from "./stand-ins/kube-prometheus-stack.ts";
import { traefik } from "./stand-ins/traefik.ts";

export const standIns: readonly StandIn[] = [
  certManager,
  traefik,
  keda,
  gpuOperator,
  kubePrometheusStack,
  cloudnativePg,
];

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
 * or not at all. Fails when a vendor's definitions cannot be fetched.
 */
export async function ensureCharts({ cacheDir, onProgress = () => {} }: EnsureChartsArgs): Promise<ChartMirror> {
  const mirror = join(cacheDir, "charts", await contentVersion());
  await mkdir(mirror, { recursive: true });
  const charts = [];
  for (const standIn of standIns) {
    const { pin } = standIn;
    const path = archivePath(mirror, standIn);
    if (!(await exists(path))) {
      const definitions = await readDefinitions(standIn.definitions, (line) => {
        onProgress(`${pin.name}: ${line}`);
      });
      await writeArchive(path, chartFiles(standIn, definitions));
    }
    const source = describe(standIn, await readArchive(path));
    onProgress(`${pin.name} ${pin.version}: ${source}`);
    charts.push({ name: pin.name, version: pin.version, source });
  }
  return { mirror, charts };
}

/** The file Helm installs in place of the pinned chart. */
export function archivePath(mirror: string, { pin }: StandIn): string {
  return join(mirror, `${pin.name}-${pin.version}.tgz`);
}

/** The text of every custom resource definition in the charts of the project's cache, which are built first where missing. */
export async function definitionTexts(): Promise<string[]> {
  const { mirror } = await ensureCharts({ cacheDir: cacheFolder() });
  const archives = await Promise.all(standIns.map((standIn) => readArchive(archivePath(mirror, standIn))));
  return archives.flatMap(definitionsOf);
}

function definitionsOf(files: ReadonlyMap<string, string>): string[] {
  return [...files.values()].filter((text) => /^kind: CustomResourceDefinition$/m.test(text));
}

function describe({ definitions: { module, version } }: StandIn, files: ReadonlyMap<string, string>): string {
  return `stand-in with ${definitionsOf(files).length} real custom resource definitions of ${module} ${version}`;
}

/** Changes whenever a chart could: with a pin, a table or the renderer. */
async function contentVersion(): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(standIns.map(({ pin }) => pin)));
  const sources = (await readdir(import.meta.dirname, { recursive: true }))
    .filter((name) => name.endsWith(".ts"))
    .sort();
  for (const name of sources) hash.update(name).update(await readFile(join(import.meta.dirname, name)));
  return hash.digest("hex").slice(0, 12);
}
