import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/** Our stand-ins, each with the npm package whose version the engine expects of it. */
const PLUGINS = [
  { kind: "language", name: "nodejs", package: "@pulumi/pulumi", main: "language/main.ts" },
  { kind: "resource", name: "kubernetes", package: "@pulumi/kubernetes", main: "kubernetes/main.ts" },
  { kind: "resource", name: "random", package: "@pulumi/random", main: "random/main.ts" },
  { kind: "resource", name: "tls", package: "@pulumi/tls", main: "tls/main.ts" },
] as const;

const WRAPPER_START = "#!/bin/sh\n";

/**
 * Lays the stand-ins where the engine looks for plugins: `plugins/<kind>-<name>-v<version>/pulumi-<kind>-<name>` below
 * `pulumiHome`. They run with the Node that runs this. An official plugin already there stays, and is used.
 *
 * @throws Error when a folder cannot be written.
 */
export async function installPlugins(pulumiHome: string): Promise<void> {
  for (const plugin of PLUGINS) {
    const folder = join(pulumiHome, "plugins", `${plugin.kind}-${plugin.name}-v${await version(plugin.package)}`);
    await installWrapper(join(folder, `pulumi-${plugin.kind}-${plugin.name}`), wrapper(plugin.main));
  }
  await keepNoLogs(pulumiHome);
}

/**
 * The engine writes megabytes of debug logs for every operation and spends two fifths of its time on them, and nothing
 * switches that off. It goes without where it cannot make the folder.
 */
async function keepNoLogs(pulumiHome: string): Promise<void> {
  const logs = join(pulumiHome, "logs");
  if ((await stat(logs).catch(() => undefined))?.isDirectory()) await rm(logs, { recursive: true });
  await writeFile(logs, "A file, so that the engine keeps no logs.\n");
}

async function version(packageName: string): Promise<string> {
  const manifest = await readFile(require.resolve(`${packageName}/package.json`), "utf8");
  return (JSON.parse(manifest) as { version: string }).version.replace(/^v/, "");
}

/** A shell script that becomes Node: the engine watches, and ends, one process. */
function wrapper(main: string): string {
  const node = quoted(process.execPath);
  const script = quoted(join(import.meta.dirname, main));
  // Older Node versions warn on stderr about type stripping; the engine would show that beside the user's resources.
  return `${WRAPPER_START}exec ${node} --disable-warning=ExperimentalWarning ${script} "$@"\n`;
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}

async function installWrapper(path: string, content: string): Promise<void> {
  const existing = await readFile(path, "latin1").catch(() => undefined);
  if (existing === content || (existing !== undefined && !existing.startsWith(WRAPPER_START))) return;
  await mkdir(dirname(path), { recursive: true });
  // An engine may be starting the plugin meanwhile: it sees the old file or the new one, never half of one.
  const fresh = `${path}.${process.pid}`;
  await writeFile(fresh, content);
  await chmod(fresh, 0o755);
  await rename(fresh, path);
}
