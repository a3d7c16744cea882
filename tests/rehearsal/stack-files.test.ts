import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

import { projectRoot } from "../../rehearsal/cli/target.ts";
import { run } from "../../rehearsal/process.ts";
import { stackFiles } from "../../rehearsal/stack-files.ts";
import { scratch } from "./scratch.ts";

let folder: string;
scratch((made) => {
  folder = made;
});

async function project(...files: string[]): Promise<void> {
  for (const file of files) {
    await mkdir(join(folder, file, ".."), { recursive: true });
    await writeFile(join(folder, file), "config: {}\n");
  }
}

test("stacks are found in the root, and below examples", async () => {
  await project("Pulumi.yaml", "Pulumi.prod.yaml", "Pulumi.dev.yaml", "README.md");
  await project("examples/shop/Pulumi.shop.yaml", "examples/llm/Pulumi.llm-small.yaml", "examples/README.md");
  await project("examples/shop/older/Pulumi.deep.yaml", "components/Pulumi.elsewhere.yaml");
  expect(stackFiles(folder)).toEqual([
    { stack: "dev", file: join(folder, "Pulumi.dev.yaml") },
    { stack: "prod", file: join(folder, "Pulumi.prod.yaml") },
    { stack: "llm-small", file: join(folder, "examples/llm/Pulumi.llm-small.yaml") },
    { stack: "shop", file: join(folder, "examples/shop/Pulumi.shop.yaml") },
  ]);
});

test("a project needs no examples", async () => {
  await project("Pulumi.dev.yaml");
  expect(stackFiles(folder).map(({ stack }) => stack)).toEqual(["dev"]);
});

test.each([
  [["Pulumi.shop.yaml", "examples/shop/Pulumi.shop.yaml"]],
  [["examples/a/Pulumi.shop.yaml", "examples/b/Pulumi.shop.yaml"]],
])("two files for one stack are an error that names both: %j", async (files) => {
  await project(...files);
  expect(() => stackFiles(folder)).toThrow(`what the stack "shop" is: ${files.join(" and ")}.`);
});

test("the command line prints every stack of this project and its file, for CI", async () => {
  const printed = JSON.parse(await run(process.execPath, ["rehearsal/cli/main.ts", "stacks"])) as {
    stack: string;
    file: string;
  }[];
  expect(printed.map(({ stack, file }) => ({ stack, file: join(projectRoot, file) }))).toEqual(stackFiles());
  expect(printed.map(({ file }) => basename(file))).toEqual(expect.arrayContaining(["Pulumi.dev.yaml"]));
});
