import { revealAll, Secret } from "../../../rehearsal/plugins/protocol/index.ts";
import { widgets } from "./chart.ts";
import { type Cluster, FIRST_RUN, PATIENCE, startReleases } from "./cluster.ts";
import { failure, type Program, program, statusOf } from "./program.ts";
import { conversation } from "../conversation.ts";
import { resource } from "./release.ts";

jest.setTimeout(PATIENCE);

let cluster: Cluster;
let create: Program["create"];
let update: Program["update"];
let changes: Program["changes"];
let refresh: Program["refresh"];
beforeAll(async () => {
  cluster = await startReleases();
  ({ create, update, changes, refresh } = program(cluster.releases));
}, FIRST_RUN);
afterAll(() => cluster.stop());

const revisions = async (release: string) =>
  (
    JSON.parse(await cluster.helm("history", release, "--output", "json")) as { revision: number; status: string }[]
  ).map(({ revision, status }) => `${revision} ${status}`);

test.concurrent("8.5 8.12 creating installs the chart, waits for its objects and reports what there is", async () => {
  const state = await create("plain", { chart: await cluster.chart("plain"), values: { greeting: "hi" } });
  expect(state.id).toBe("default/plain");
  expect(state.outputs).toMatchObject({
    version: "1.2.3",
    values: { greeting: "hi" },
    status: { name: "plain", namespace: "default", revision: 1, status: "deployed", chart: "tiny", appVersion: "9" },
    resourceNames: { "Deployment.apps/apps/v1": ["default/plain"], "ConfigMap/v1": ["plain-settings"] },
  });
  expect(await cluster.kubectl("get", "deployment", "plain", "--output", "jsonpath={.status.availableReplicas}")).toBe(
    "1",
  );
});

test.concurrent(
  "8.12 the inputs are remembered as one secret, and a secret value stays secret in the outputs",
  async () => {
    const values = { greeting: new Secret("quiet") };
    const state = await create("secretive", { chart: await cluster.chart("secretive"), values });
    expect(state.outputs["__inputs"]).toBeInstanceOf(Secret);
    expect(state.outputs["values"]).toEqual({ greeting: new Secret("quiet") });
    expect(await cluster.setting("secretive", "greeting")).toBe("quiet");
  },
);

test.concurrent("8.4 8.6 a changed value upgrades in place, and the same program changes nothing", async () => {
  const inputs = { chart: await cluster.chart("upgraded"), values: { greeting: "one" } };
  const first = await create("upgraded", inputs);
  expect(await changes("upgraded", first, inputs)).toEqual([]);
  const changed = { ...inputs, values: { greeting: "two" } };
  expect(await changes("upgraded", first, changed)).toEqual(["values.greeting"]);
  const second = await update("upgraded", first, changed);
  expect(statusOf(second)).toMatchObject({ revision: 2, status: "deployed" });
  expect(await cluster.setting("upgraded", "greeting")).toBe("two");
});

test.concurrent("8.6 all revisions are kept until maxHistory limits them", async () => {
  const inputs = { chart: await cluster.chart("history"), skipAwait: true };
  let state = await create("history", inputs);
  state = await update("history", state, { ...inputs, values: { greeting: "second" } });
  state = await update("history", state, { ...inputs, values: { greeting: "third" } });
  expect(await revisions("history")).toEqual(["1 superseded", "2 superseded", "3 deployed"]);
  await update("history", state, { ...inputs, maxHistory: 2, values: { greeting: "fourth" } });
  expect(await revisions("history")).toEqual(["3 superseded", "4 deployed"]);
});

test.concurrent("8.7 values that the program empties stay as they were, and resetValues resets them", async () => {
  const inputs = { chart: await cluster.chart("emptied") };
  const first = await create("emptied", { ...inputs, values: { greeting: "kept" } });
  const second = await update("emptied", first, { ...inputs, values: {} });
  expect(await cluster.setting("emptied", "greeting")).toBe("kept");
  expect(await changes("emptied", second, { ...inputs, values: {} })).toEqual([]);
  await update("emptied", second, { ...inputs, values: {}, resetValues: true });
  expect(await cluster.setting("emptied", "greeting")).toBe("hello");
});

test.concurrent(
  "8.11 definitions in crds/ are created once, never upgraded and never deleted; skipCrds omits them",
  async () => {
    const skipped = await create("without", {
      chart: await cluster.chart("without", { files: widgets }),
      skipCrds: true,
    });
    const definition = ["get", "crd", "widgets.example.com", "--ignore-not-found", "--output"];
    expect(await cluster.kubectl(...definition, "name")).toBe("");
    expect(skipped.outputs["skipCrds"]).toBe(true);
    const first = await create("with", { chart: await cluster.chart("with", { files: widgets }) });
    expect(await cluster.kubectl(...definition, "name")).toContain("widgets.example.com");
    const newer = {
      "crds/widgets.yaml": (widgets["crds/widgets.yaml"] ?? "").replace("singular: widget", "singular: wid"),
    };
    const second = await update("with", first, {
      chart: await cluster.chart("with-2", { version: "1.3.0", files: newer }),
    });
    expect(await cluster.kubectl(...definition, "jsonpath={.spec.names.singular}")).toBe("widget");
    await cluster.releases.delete({ ...resource("with"), ...second, timeout: 0 }, conversation());
    expect(await cluster.kubectl(...definition, "name")).toContain("widgets.example.com");
  },
);

test.concurrent(
  "8.13 deleting uninstalls and waits; a release that is already gone is an error until a refresh drops it",
  async () => {
    const state = await create("gone", { chart: await cluster.chart("gone") });
    const request = { ...resource("gone"), ...state, timeout: 0 };
    await cluster.releases.delete(request, conversation());
    expect(await cluster.kubectl("get", "deployment", "gone", "--ignore-not-found")).toBe("");
    expect(((await failure(cluster.releases.delete(request, conversation()))) as Error).message).toContain("not found");
    expect(await refresh("gone", state)).toBeUndefined();
  },
);

test.concurrent("8.13 objects kept by resource policy are named in a warning", async () => {
  const kept =
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: kept\n  annotations: { "helm.sh/resource-policy": keep }\n';
  const state = await create("keeping", {
    chart: await cluster.chart("keeping", { files: { "templates/kept.yaml": kept } }),
  });
  const call = conversation();
  await cluster.releases.delete({ ...resource("keeping"), ...state, timeout: 0 }, call);
  expect(call.warnings[0]).toContain("[ConfigMap] kept");
});

test.concurrent("8.4 8.14 a value changed behind the program's back shows after a refresh", async () => {
  const inputs = { chart: await cluster.chart("drifted"), values: { greeting: "ours" } };
  const state = await create("drifted", inputs);
  await cluster.helm("upgrade", "drifted", inputs.chart, "--set", "greeting=theirs");
  expect(await changes("drifted", state, inputs)).toEqual([]);
  const refreshed = await refresh("drifted", state);
  expect(revealAll(refreshed?.inputs ?? {})["values"]).toEqual({ greeting: "theirs" });
  expect(await changes("drifted", refreshed ?? state, inputs)).toEqual(["values.greeting"]);
});

test.concurrent("8.14 an import takes values and version from the release and the chart's bare name", async () => {
  await cluster.helm("install", "foundling", await cluster.chart("foundling"), "--set", "greeting=imported");
  const request = { ...resource("foundling"), id: "default/foundling", inputs: {}, outputs: {} };
  const state = await cluster.releases.read(request, conversation());
  expect(state?.inputs).toMatchObject({ chart: "tiny", version: "1.2.3", values: { greeting: "imported" } });
});
