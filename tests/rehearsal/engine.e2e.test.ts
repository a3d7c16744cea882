import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";

import { Engine } from "../../rehearsal/cli/engine.ts";
import { passphraseFile, projectRoot, type Target } from "../../rehearsal/cli/target.ts";
import { ensureTools } from "../../rehearsal/tools/index.ts";
import { scratch } from "./scratch.ts";

/** Long enough for a first run, which builds the Pulumi CLI. */
jest.setTimeout(1_200_000);

let folder: string;
scratch((made) => {
  folder = made;
});

async function engineFor(stack: string): Promise<Engine> {
  const stackFile = join(folder, "examples", stack, `Pulumi.${stack}.yaml`);
  await mkdir(join(stackFile, ".."), { recursive: true });
  await writeFile(stackFile, "# A shop.\nconfig:\n  ai-platform:size: small\n");
  const target: Target = { kind: "cluster", stack, stackFile, folder: join(folder, "state") };
  return new Engine({
    target,
    tools: await ensureTools(["pulumi", "kubectl", "helm"]),
    kubeconfig: join(folder, "kubeconfig"),
    plugins: "stand-in",
    configFile: stackFile,
    backend: `file://${target.folder}`,
    passphraseFile: await passphraseFile(target),
  });
}

test("a new stack on a cluster has its salt in its own stack file, wherever that lies, and none in the root", async () => {
  const engine = await engineFor("shop");
  expect(await engine.state()).toBeUndefined();
  await engine.ensureStack();
  expect(await engine.state()).toBeDefined();
  const text = await readFile(engine.target.stackFile, "utf8");
  expect(parse(text)).toEqual({
    config: { "ai-platform:size": "small" },
    encryptionsalt: expect.stringMatching(/^v1:/),
  });
  expect(text).toContain("# A shop.");
  expect(existsSync(join(projectRoot, "Pulumi.shop.yaml"))).toBe(false);
});
