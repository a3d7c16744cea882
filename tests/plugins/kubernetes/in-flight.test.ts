import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { notedOperations, objectOf } from "../../../rehearsal/cli/recovery.ts";
import { InFlight } from "../../../rehearsal/plugins/kubernetes/in-flight.ts";
import { Secret } from "../../../rehearsal/plugins/protocol/index.ts";

const resource = {
  urn: "urn:pulumi:dev::p::kubernetes:core/v1:Secret::login",
  type: "kubernetes:core/v1:Secret",
  name: "login",
};
const inputs = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "login", namespace: "app" },
  stringData: new Secret({ password: "hidden" }),
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "in-flight-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("what is being created is found by the next run, without its secrets, and only while it lasts", async () => {
  await new InFlight(folder).during("creating", resource, inputs, async () => {
    const [operation] = await notedOperations(folder);
    expect(operation).toMatchObject({ type: "creating", resource: { urn: resource.urn } });
    expect(operation && objectOf(operation)).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "login", namespace: "app" },
    });
    const [file = ""] = await readdir(folder);
    expect(file).toMatch(new RegExp(`^${process.pid}-`));
    expect(await readFile(join(folder, file), "utf8")).not.toContain("hidden");
  });
  expect(await readdir(folder)).toEqual([]);
});

test("a step that fails leaves no note: the engine knows of it", async () => {
  const failing = new InFlight(folder).during("deleting", resource, inputs, () => Promise.reject(new Error("no")));
  await expect(failing).rejects.toThrow("no");
  expect(await readdir(folder)).toEqual([]);
});

test("without a folder there are no notes", async () => {
  expect(await new InFlight(undefined).during("updating", resource, inputs, () => Promise.resolve("done"))).toBe(
    "done",
  );
});

test("a note that was cut short is about nothing, and no folder means no notes", async () => {
  await writeFile(join(folder, "1-1.json"), '{"type":"creating","resou');
  expect(await notedOperations(folder)).toEqual([]);
  expect(await notedOperations(join(folder, "none"))).toEqual([]);
});
