import { readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Properties } from "../../../rehearsal/plugins/protocol/index.ts";

export const TYPE = "kubernetes:helm.sh/v3:Release";

/** What every request about a release called `name` in the program carries. */
export function resource(name: string) {
  return { urn: `urn:pulumi:test::program::${TYPE}::${name}`, type: TYPE, name };
}

/** A new release's check request. */
export function checkRequest(name: string, inputs: Properties, oldInputs?: Properties) {
  return { ...resource(name), inputs, randomSeed: new Uint8Array(), ...(oldInputs && { oldInputs }) };
}

/** Jest never ends a test's process object, so the folder that Helm's runner removes at its end has to go here. */
export async function removeHelmFolders(): Promise<void> {
  const own = (await readdir(tmpdir())).filter((name) => name.startsWith(`ai-platform-helm-${process.pid}-`));
  await Promise.all(own.map((name) => rm(join(tmpdir(), name), { recursive: true, force: true })));
}
