import { gunzipSync, gzipSync } from "node:zlib";
import { InitFailed } from "../../../rehearsal/plugins/protocol/index.ts";
import { type Cluster, FIRST_RUN, PATIENCE, startReleases } from "./cluster.ts";
import { failure, type Program, program, statusOf } from "./program.ts";
import { conversation } from "../conversation.ts";
import { resource } from "./release.ts";

jest.setTimeout(PATIENCE);

let cluster: Cluster;
let create: Program["create"];
let update: Program["update"];
let refresh: Program["refresh"];
beforeAll(async () => {
  cluster = await startReleases();
  ({ create, update, refresh } = program(cluster.releases));
}, FIRST_RUN);
afterAll(() => cluster.stop());

test.concurrent(
  "8.8 an installation that does not become ready is kept as an initialisation failure, and the next run upgrades it",
  async () => {
    const inputs = { chart: await cluster.chart("slow"), timeout: 3 };
    const checked = await program(cluster.releases).check("slow", { ...inputs, values: { fails: "true" } });
    const call = conversation();
    const request = { ...resource("slow"), inputs: checked, preview: false, timeout: 0 };
    const error = await failure(cluster.releases.create(request, call));
    if (!(error instanceof InitFailed)) throw error;
    expect(error.reasons[0]).toContain("failed to become available within allocated timeout");
    expect(call.warnings[0]).toContain('Helm release "slow" was created but has a failed status');
    expect(statusOf(error)).toMatchObject({ revision: 1, status: "failed" });
    const repaired = await update("slow", error, { ...inputs, timeout: 60, values: { fails: "false" } });
    expect(statusOf(repaired)).toMatchObject({ revision: 2, status: "deployed" });
  },
);

test.concurrent(
  "8.8 an installation that the user cancels is recorded as failed, so that the next run takes it up",
  async () => {
    const inputs = { chart: await cluster.chart("cancelled"), values: { fails: "true" } };
    const checked = await program(cluster.releases).check("cancelled", inputs);
    const cancel = new AbortController();
    const call = { ...conversation(), signal: cancel.signal };
    const failed = failure(
      cluster.releases.create({ ...resource("cancelled"), inputs: checked, preview: false, timeout: 0 }, call),
    );
    await cluster.kubectl("wait", "--for=create", "deployment/cancelled", "--timeout=60s");
    cancel.abort();
    const error = await failed;
    if (!(error instanceof InitFailed)) throw error;
    expect(statusOf(error)).toMatchObject({ revision: 1, status: "failed" });
  },
);

test.concurrent("8.8 an atomic installation that fails leaves nothing behind and is a plain error", async () => {
  const inputs = { chart: await cluster.chart("atomic"), atomic: true, timeout: 3, values: { fails: "true" } };
  const error = await failure(create("atomic", inputs));
  expect(error).not.toBeInstanceOf(InitFailed);
  expect((error as Error).message).toContain("has been uninstalled due to atomic being set");
  await expect(cluster.helm("status", "atomic")).rejects.toThrow("release: not found");
});

test.concurrent("8.8 a chart that the API server refuses before a release exists is a plain error", async () => {
  const files = { "templates/wrong.yaml": "apiVersion: v1\nkind: Gadget\nmetadata: { name: wrong }\n" };
  const error = await failure(create("refused", { chart: await cluster.chart("refused", { files }) }));
  expect(error).not.toBeInstanceOf(InitFailed);
  expect((error as Error).message).toContain('no matches for kind "Gadget"');
});

test.concurrent("8.9 an upgrade that fails is an initialisation failure with the new inputs", async () => {
  const inputs = { chart: await cluster.chart("worse"), timeout: 3 };
  const first = await create("worse", { ...inputs, timeout: 60 });
  const error = await failure(update("worse", first, { ...inputs, values: { fails: "true", greeting: "new" } }));
  if (!(error instanceof InitFailed)) throw error;
  expect(error.inputs["values"]).toEqual({ fails: "true", greeting: "new" });
  expect(statusOf(error)).toMatchObject({ revision: 2, status: "failed" });
});

test.concurrent(
  "8.9 an atomic upgrade that fails is rolled back, while state shows the failed revision until a refresh",
  async () => {
    const inputs = { chart: await cluster.chart("rolled"), atomic: true, timeout: 3 };
    const first = await create("rolled", { ...inputs, timeout: 60, values: { greeting: "good" } });
    const error = await failure(update("rolled", first, { ...inputs, values: { fails: "true", greeting: "bad" } }));
    if (!(error instanceof InitFailed)) throw error;
    expect(statusOf(error)).toMatchObject({ revision: 2, status: "failed" });
    expect(await cluster.setting("rolled", "greeting")).toBe("good");
    expect(statusOf((await refresh("rolled", error)) ?? error)).toMatchObject({ revision: 3, status: "deployed" });
  },
);

test.concurrent("8.9 a name in use and a pending operation are plain errors that nothing repairs", async () => {
  const inputs = { chart: await cluster.chart("taken") };
  const first = await create("taken", inputs);
  const again = await failure(create("taken", inputs));
  expect(again).not.toBeInstanceOf(InitFailed);
  expect((again as Error).message).toContain("cannot re-use a name");
  await markPending("taken");
  const pending = await failure(update("taken", first, { ...inputs, values: { greeting: "x" } }));
  expect(pending).not.toBeInstanceOf(InitFailed);
  expect((pending as Error).message).toContain("another operation (install/upgrade/rollback) is in progress");
});

test.concurrent("8.10 Helm refuses to adopt an object that is not its own", async () => {
  await cluster.kubectl("create", "configmap", "foreign-settings");
  const error = await failure(create("foreign", { chart: await cluster.chart("foreign") }));
  expect(error).not.toBeInstanceOf(InitFailed);
  expect((error as Error).message).toContain("invalid ownership metadata");
});

/** Leaves the release as a Helm that was killed during an upgrade does. */
async function markPending(release: string): Promise<void> {
  const stored = await cluster.kubectl(
    "get",
    "secret",
    `sh.helm.release.v1.${release}.v1`,
    "--output",
    "jsonpath={.data.release}",
  );
  const packed = Buffer.from(Buffer.from(stored, "base64").toString(), "base64");
  const text = gunzipSync(packed).toString().replace('"status":"deployed"', '"status":"pending-upgrade"');
  const data = Buffer.from(gzipSync(text).toString("base64")).toString("base64");
  const patch = { data: { release: data }, metadata: { labels: { status: "pending-upgrade" } } };
  await cluster.kubectl("patch", "secret", `sh.helm.release.v1.${release}.v1`, "--patch", JSON.stringify(patch));
}
