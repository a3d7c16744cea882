import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { DefinitionSource } from "./stand-in.ts";

const DOWNLOAD_LIMIT_SECONDS = 300;

/**
 * Reads a vendor's definitions from its Go module, file name to text, one definition a file. The Go command downloads the module
 * once into its own cache and checks it against the checksum database.
 */
export async function readDefinitions(
  source: DefinitionSource,
  onProgress: (line: string) => void,
): Promise<Map<string, string>> {
  const folder = join(await moduleFolder(source, onProgress), source.folder);
  const { prefix = "" } = source;
  const names = (await readdir(folder).catch(() => [])).filter(
    (name) => name.startsWith(prefix) && name.endsWith(".yaml"),
  );
  const texts = await Promise.all(names.sort().map((name) => readFile(join(folder, name), "utf8")));
  const definitions = new Map(names.flatMap((name, index) => definitionsIn(name, texts[index] ?? "")));
  if (definitions.size > 0) return definitions;
  throw new Error(
    `${source.module} ${source.version} has no definition in ${source.folder}: look where this version keeps them and ` +
      `correct definitions.yaml in rehearsal/charts/stand-ins.`,
  );
}

/** Some vendors publish a file for each definition, others one for all. */
export function definitionsIn(name: string, text: string): [string, string][] {
  const documents = text.split(/^---$/m).filter((document) => /^kind: CustomResourceDefinition$/m.test(document));
  return documents.map((document, index) => [index === 0 ? name : `${index + 1}-${name}`, document]);
}

async function moduleFolder(
  { module, version }: DefinitionSource,
  onProgress: (line: string) => void,
): Promise<string> {
  onProgress(`downloading ${module} ${version}`);
  // Outside any module, so that no go.mod or workspace of the caller has a say.
  const scratch = await mkdtemp(join(tmpdir(), "definitions-"));
  try {
    const { Dir } = JSON.parse(await goModDownload(`${module}@${version}`, scratch)) as { Dir: string };
    return Dir;
  } catch (error) {
    throw new Error(
      `The definitions of ${module} ${version} could not be fetched: ${reason(error)}\n` +
        `They come from the Go module proxy (GOPROXY, now ${process.env["GOPROXY"] ?? "the default"}). ` +
        `Check the network, then run the same command again: charts that are done are kept.`,
      { cause: error },
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function goModDownload(reference: string, cwd: string): Promise<string> {
  const env = { ...process.env, GOFLAGS: "", GOWORK: "off", GOTOOLCHAIN: "local" };
  const options = { cwd, env, timeout: DOWNLOAD_LIMIT_SECONDS * 1000 };
  const { stdout } = await promisify(execFile)("go", ["mod", "download", "-json", reference], options);
  return stdout;
}

/** The Go command reports a failed download as `Error` in its output; anything else is a failure to run it. */
function reason(error: unknown): string {
  const { code, killed, stdout = "", message } = error as Error & { code?: unknown; killed?: boolean; stdout?: string };
  if (code === "ENOENT") return "the Go command `go` is not on the PATH; install Go 1.26 or newer.";
  if (killed) return `no answer within ${DOWNLOAD_LIMIT_SECONDS} s.`;
  return /"Error": "(.*)"/.exec(stdout)?.[1] ?? message;
}
