import { join } from "node:path";
import { parse, stringify } from "yaml";
import { readFiles, type StandIn } from "./stand-in.ts";

/** Templates that every stand-in has. */
const library = join(import.meta.dirname, "library");

/** The files of a stand-in chart, path inside the archive to text. */
export async function chartFiles(
  { pin, files, definitions }: StandIn,
  definitionTexts: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const chart = {
    ...(parse(files.get("Chart.yaml") ?? "") as object),
    version: pin.version,
    description: `Stand-in for ${pin.name}: real custom resource definitions, workloads that do nothing`,
  };
  // Files outside `templates/` are sent as they are, braces and all.
  const definitionFiles = [...definitionTexts].map(([name, text]) => [`${definitions?.into}/${name}`, text] as const);
  const all = [...(await readFiles(library)), ...files, ["Chart.yaml", stringify(chart)] as const, ...definitionFiles];
  return new Map(all.map(([path, text]) => [`${pin.name}/${path}`, text]));
}
