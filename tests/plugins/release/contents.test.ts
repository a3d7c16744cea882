import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ContentsReader } from "../../../rehearsal/plugins/kubernetes/release/contents.ts";
import { widgets } from "./chart.ts";

let folder: string;
let archive: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "contents-"));
  archive = join(folder, "tiny-1.2.3.tgz");
  await writeFile(archive, "first");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A Helm that knows one chart, and counts how often it is asked. */
function helm(version = "1.2.3") {
  const answers: Record<string, string> = {
    chart: `name: tiny\nversion: ${version}\n`,
    crds: Object.values(widgets).join(),
  };
  return { run: jest.fn((args: readonly string[]) => Promise.resolve(answers[args[1] ?? ""] ?? "")) };
}

const tiny = {
  name: "tiny",
  version: "1.2.3",
  definitions: [
    { kind: "CustomResourceDefinition", spec: { group: "example.com", scope: "Cluster", names: { kind: "Widget" } } },
  ],
};

test("an archive is read by Helm once: the next preview takes what was kept", async () => {
  expect(await new ContentsReader(helm(), join(folder, "kept")).read(archive)).toEqual(tiny);
  const second = helm();
  expect(await new ContentsReader(second, join(folder, "kept")).read(archive)).toEqual(tiny);
  expect(second.run).not.toHaveBeenCalled();
});

test("an archive with other contents under the same name is read anew", async () => {
  await new ContentsReader(helm(), join(folder, "kept")).read(archive);
  await writeFile(archive, "second");
  const { version } = await new ContentsReader(helm("2.0.0"), join(folder, "kept")).read(archive);
  expect(version).toBe("2.0.0");
});

test("a folder is read every time: somebody may be working on it", async () => {
  const twice = helm();
  await new ContentsReader(twice, join(folder, "kept")).read(folder);
  await new ContentsReader(twice, join(folder, "kept")).read(folder);
  expect(twice.run).toHaveBeenCalledTimes(4);
});
