import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { installPlugins } from "../../../rehearsal/plugins/index.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "pulumi home '"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const versionOf = async (name: string) =>
  (JSON.parse(await readFile(require.resolve(`${name}/package.json`), "utf8")) as { version: string }).version;
const executable = async (kind: string, name: string, packageName: string) =>
  join(home, "plugins", `${kind}-${name}-v${await versionOf(packageName)}`, `pulumi-${kind}-${name}`);

test("each stand-in lies where the engine looks, under the version of its npm package", async () => {
  await installPlugins(home);
  for (const plugin of [
    await executable("language", "nodejs", "@pulumi/pulumi"),
    await executable("resource", "kubernetes", "@pulumi/kubernetes"),
    await executable("resource", "random", "@pulumi/random"),
    await executable("resource", "tls", "@pulumi/tls"),
  ]) {
    expect((await stat(plugin)).mode & 0o111).toBe(0o111);
  }
});

test("a stand-in runs from any folder and prints the port it listens on", async () => {
  await installPlugins(home);
  const plugin = await executable("resource", "random", "@pulumi/random");
  const running = execFile(plugin, ["127.0.0.1:1"], { cwd: "/" });
  const line = await new Promise<string>((resolve) =>
    running.stdout?.once("data", (data) => {
      resolve(String(data));
    }),
  );
  const ended = new Promise<number | null>((resolve) => running.once("exit", resolve));
  running.kill("SIGINT");
  expect(line).toMatch(/^\d+\n$/);
  expect(await ended).toBe(0);
});

test("installing again changes nothing", async () => {
  await installPlugins(home);
  const plugin = await executable("resource", "tls", "@pulumi/tls");
  const before = await stat(plugin);
  await installPlugins(home);
  expect((await stat(plugin)).ino).toBe(before.ino);
  expect(await readdir(dirname(plugin))).toEqual(["pulumi-resource-tls"]);
});

test("a stand-in of another checkout is brought up to date", async () => {
  const plugin = await executable("resource", "tls", "@pulumi/tls");
  await mkdir(dirname(plugin), { recursive: true });
  await writeFile(plugin, "#!/bin/sh\nexec /gone/node /gone/main.ts\n");
  await installPlugins(home);
  expect(await readFile(plugin, "utf8")).not.toContain("/gone/");
});

test("the engine finds no folder for its debug logs, not even an earlier one", async () => {
  await mkdir(join(home, "logs"), { recursive: true });
  await writeFile(join(home, "logs", "earlier.log"), "");
  await installPlugins(home);
  await installPlugins(home);
  expect((await stat(join(home, "logs"))).isFile()).toBe(true);
});

test("an official plugin stays", async () => {
  const plugin = await executable("resource", "tls", "@pulumi/tls");
  await mkdir(dirname(plugin), { recursive: true });
  await writeFile(plugin, "\x7fELF official");
  await installPlugins(home);
  expect(await readFile(plugin, "utf8")).toBe("\x7fELF official");
});
