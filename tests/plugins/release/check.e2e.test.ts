import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRelease } from "../../../rehearsal/plugins/kubernetes/release/index.ts";
import { type Properties, Secret, UNKNOWN } from "../../../rehearsal/plugins/protocol/index.ts";
import { run } from "../../../rehearsal/process.ts";
import { ensureTools } from "../../../rehearsal/tools/index.ts";
import { widgets, writeChart } from "./chart.ts";
import { conversation } from "../conversation.ts";
import { checkRequest, removeHelmFolders, resource } from "./release.ts";

/** Long enough for a first run, which builds Helm. */
const FIRST_RUN = 600_000;

let folder: string;
let helm: string;
const registered: object[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "check-e2e-"));
  ({ helm } = await ensureTools(["helm"]));
}, FIRST_RUN);
afterAll(async () => {
  await removeHelmFolders();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => registered.splice(0));

function releases() {
  const registerCrdScopes = (crds: readonly object[]) => void registered.push(...crds);
  return createRelease({ kubeconfigPath: "/nowhere", helm, defaultNamespace: "apps", registerCrdScopes });
}

const check = (inputs: Properties) => releases().check(checkRequest("web", inputs), conversation());
const chart = (name: string, options = {}) => writeChart(join(folder, name), options);

test("8.2 the version becomes the chart's exact one, in previews too", async () => {
  const { inputs, failures } = await check({ chart: await chart("exact", { version: "4.5.6" }), version: "^4.0.0" });
  expect(failures ?? []).toEqual([]);
  expect(inputs["version"]).toBe("4.5.6");
});

test("8.2 a packed chart is read as well", async () => {
  await run(helm, ["package", await chart("packed"), "--destination", folder]);
  expect((await check({ chart: join(folder, "tiny-1.2.3.tgz") })).inputs["version"]).toBe("1.2.3");
});

test("8.2 a chart that cannot be loaded is a failure of the input chart", async () => {
  const { failures } = await check({ chart: "./nowhere" });
  expect(failures).toEqual([
    { property: "chart", reason: 'path "./nowhere" not found; check the chart name and repository configuration.' },
  ]);
});

test("8.2 a library chart cannot be installed", async () => {
  const files = { "Chart.yaml": "apiVersion: v2\nname: shelf\nversion: 1.0.0\ntype: library\n" };
  const { failures } = await check({ chart: await chart("library", { files }) });
  expect(failures?.[0]?.reason).toContain("not installable");
});

test("8.2 with an unknown input nothing is loaded", async () => {
  const { inputs, failures } = await check({ chart: "./nowhere", values: { later: UNKNOWN } });
  expect(failures ?? []).toEqual([]);
  expect(inputs).toMatchObject({ chart: "./nowhere", namespace: "apps" });
});

test("8.11 the definitions in crds/ are known to the program before anything is installed", async () => {
  await check({ chart: await chart("defining", { files: widgets }) });
  expect(registered).toMatchObject([
    { kind: "CustomResourceDefinition", spec: { group: "example.com", scope: "Cluster" } },
  ]);
});

test("8.11 skipped definitions are not", async () => {
  await check({ chart: await chart("skipping", { files: widgets }), skipCrds: true });
  expect(registered).toEqual([]);
});

test("8.12 in a preview the status and the names of the objects are unknown and the inputs one secret", async () => {
  const { inputs } = await check({ chart: await chart("planned") });
  const request = { ...resource("web"), inputs, preview: true, timeout: 0 };
  const { id, outputs } = await releases().create(request, conversation());
  expect(id).toBe("");
  expect(outputs).toMatchObject({ status: UNKNOWN, resourceNames: UNKNOWN, version: "1.2.3" });
  expect(outputs["__inputs"]).toBeInstanceOf(Secret);
});

test("a missing Helm is named", async () => {
  const context = { kubeconfigPath: "/nowhere", defaultNamespace: "apps", registerCrdScopes: () => undefined };
  const request = checkRequest("web", { chart: await chart("helpless") });
  const { failures } = await createRelease({ ...context, helm: "/nowhere/helm" }).check(request, conversation());
  expect(failures?.[0]?.reason).toContain("There is no Helm at /nowhere/helm");
});
