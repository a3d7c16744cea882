import { chmod, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { projectRoot } from "../../rehearsal/cli/target.ts";
import { run } from "../../rehearsal/process.ts";
import { scratch } from "./scratch.ts";

const bootstrap = join(projectRoot, "rehearsal/bootstrap.sh");

let folder: string;
scratch((made) => {
  folder = made;
  process.env.AI_PLATFORM_CACHE = join(made, "cache");
});

/** The version of the Node that commands get when the one on PATH says it is `version`. */
async function nodeBeside(version: string): Promise<string> {
  const onPath = join(folder, "bin", "node");
  await mkdir(join(folder, "bin"), { recursive: true });
  await writeFile(onPath, `#!/bin/sh\necho ${version}\n`);
  await chmod(onPath, 0o755);
  const env = { ...process.env, PATH: `${join(folder, "bin")}:/usr/bin:/bin` };
  return (await run(bootstrap, ["--", "node", "--version"], { env })).trim();
}

/** Puts the Node that runs this where an earlier run would have installed one. */
async function installed(): Promise<void> {
  const [, version = ""] = /^node_version=(.*)$/m.exec(await readFile(bootstrap, "utf8")) ?? [];
  const bin = join(folder, "cache/node", version, `node_modules/node-${process.platform}-${process.arch}/bin`);
  await mkdir(bin, { recursive: true });
  await symlink(process.execPath, join(bin, "node"));
}

test.each(["v22.19.0", "v22.20.0", "v24.0.1", "v100.0.0"])("Node %s on PATH is used", async (version) => {
  expect(await nodeBeside(version)).toBe(version);
});

test.each(["v22.18.9", "v20.20.2", "v9.99.0", "unknown"])("Node %s on PATH is passed over", async (version) => {
  await installed();
  expect(await nodeBeside(version)).toBe(process.version);
});
