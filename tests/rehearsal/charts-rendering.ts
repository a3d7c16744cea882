import { parseAllDocuments } from "yaml";
import { archivePath, ensureCharts } from "../../rehearsal/charts/index.ts";
import type { ChartPin } from "../../rehearsal/charts/pins.ts";
import { run } from "../../rehearsal/process.ts";
import { cacheFolder, ensureTools } from "../../rehearsal/tools/index.ts";

/** Long enough for a first run, which downloads the vendors' modules and may build Helm. */
export const FIRST_RUN = 600_000;

export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: unknown;
}

/** Helm, and the folder of the charts: asked for once. */
let equipment: Promise<readonly [{ readonly helm: string }, { readonly mirror: string }]> | undefined;

/** What Helm makes of the stand-in for a chart in the namespace `there`. */
export async function renderStandIn(pin: ChartPin, values: object, release: string = pin.name): Promise<string> {
  equipment ??= Promise.all([ensureTools(["helm"]), ensureCharts({ cacheDir: cacheFolder() })]);
  const [{ helm }, { mirror }] = await equipment;
  const args = ["template", release, archivePath(mirror, pin), "--namespace", "there", "--values", "-"];
  return run(helm, args, { input: JSON.stringify(values) });
}

/** The same as objects. */
export async function render(pin: ChartPin, values: object, release?: string): Promise<Manifest[]> {
  const documents = parseAllDocuments(await renderStandIn(pin, values, release));
  return documents.flatMap((document) => (document.toJS() as Manifest | null) ?? []);
}

export function find(manifests: readonly Manifest[], kind: string, name: string): Manifest | undefined {
  return manifests.find((one) => one.kind === kind && one.metadata.name === name);
}
