import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { loadKubeconfig } from "../../../rehearsal/plugins/kubernetes/client/kubeconfig.ts";
import { parseConfig } from "../../../rehearsal/plugins/kubernetes/configure/config.ts";
import { diffConfig } from "../../../rehearsal/plugins/kubernetes/configure/diff.ts";
import { createProvider, defaultNamespace } from "../../../rehearsal/plugins/kubernetes/provider.ts";
import { pausesFrom } from "../../../rehearsal/plugins/kubernetes/settings.ts";
import { type Properties, UNKNOWN } from "../../../rehearsal/plugins/protocol/index.ts";
import kubernetes from "@pulumi/kubernetes/package.json";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "configure-"))));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Contents of a kubeconfig with contexts `one` and `two`. */
function kubeconfig({ server = "https://one:6443", current = "one", namespace = "apps", renamed = "" } = {}): string {
  return stringify({
    "current-context": current,
    contexts: [
      { name: "one", context: { cluster: `c1${renamed}`, user: "me", namespace } },
      { name: "two", context: { cluster: "c2", user: "me" } },
    ],
    clusters: [
      { name: `c1${renamed}`, cluster: { server } },
      { name: "c2", cluster: { server: "https://two:6443" } },
    ],
    users: [{ name: "me", user: { token: "t" } }],
  });
}

test("1.2 kubeconfig is the path of a file or the contents of one", () => {
  const path = join(folder, "config");
  writeFileSync(path, kubeconfig());
  expect(loadKubeconfig({ kubeconfig: path }).cluster.server).toBe("https://one:6443");
  expect(loadKubeconfig({ kubeconfig: kubeconfig() }).cluster.server).toBe("https://one:6443");
});

test("1.2 context and cluster choose another entry; one that is not there is named with those that are", () => {
  expect(loadKubeconfig({ kubeconfig: kubeconfig(), context: "two" }).cluster.server).toBe("https://two:6443");
  expect(loadKubeconfig({ kubeconfig: kubeconfig(), cluster: "c2" }).cluster.server).toBe("https://two:6443");
  expect(() => loadKubeconfig({ kubeconfig: kubeconfig(), context: "x" })).toThrow(/no context "x"; it has: one, two/);
});

test("1.4 the default namespace is the provider's, else the context's, else default", () => {
  const ofContext = (context: string) => loadKubeconfig({ kubeconfig: kubeconfig(), context });
  expect(defaultNamespace({ namespace: "mine" }, ofContext("one"))).toBe("mine");
  expect(defaultNamespace({}, ofContext("one"))).toBe("apps");
  expect(defaultNamespace({}, ofContext("two"))).toBe("default");
});

function replacesFor(before: Properties, after: Properties): boolean {
  const resource = { urn: "", type: "pulumi:providers:kubernetes", name: "cluster", id: "1" };
  const result = diffConfig({ ...resource, oldInputs: before, oldOutputs: before, inputs: after, ignoreChanges: [] });
  expect(result.changed).toBe(true);
  return (result.replaces ?? []).length > 0;
}

test.each<[string, Properties, Properties]>([
  ["another server", { kubeconfig: kubeconfig() }, { kubeconfig: kubeconfig({ server: "https://new" }) }],
  ["a context of another cluster", { kubeconfig: kubeconfig() }, { kubeconfig: kubeconfig(), context: "two" }],
  ["an unknown kubeconfig", { kubeconfig: kubeconfig() }, { kubeconfig: UNKNOWN }],
  ["another identifier", { clusterIdentifier: "a" }, { clusterIdentifier: "b" }],
])("1.5 %s replaces the provider", (_, before, after) => {
  expect(replacesFor(before, after)).toBe(true);
});

test.each<[string, Properties, Properties]>([
  ["a new name for the same server", { kubeconfig: kubeconfig() }, { kubeconfig: kubeconfig({ renamed: "x" }) }],
  ["a setting", { kubeconfig: kubeconfig() }, { kubeconfig: kubeconfig(), enableConfigMapMutable: "true" }],
  ["a first identifier", { kubeconfig: kubeconfig() }, { kubeconfig: kubeconfig(), clusterIdentifier: "a" }],
  [
    "another server with the same identifier",
    { kubeconfig: kubeconfig(), clusterIdentifier: "a" },
    { kubeconfig: kubeconfig({ server: "https://new" }), clusterIdentifier: "a" },
  ],
])("1.5 %s does not replace the provider", (_, before, after) => {
  expect(replacesFor(before, after)).toBe(false);
});

test("1.6 settings have defaults and environment variables, which an explicit input beats", () => {
  const environment = { PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE: "true" };
  expect(parseConfig({}, {})).toMatchObject({ enableConfigMapMutable: false, enablePatchForce: false });
  expect(parseConfig({}, environment).enableConfigMapMutable).toBe(true);
  expect(parseConfig({ enableConfigMapMutable: "false" }, environment).enableConfigMapMutable).toBe(false);
});

test("an input this plugin cannot honour is refused by name", () => {
  expect(() => parseConfig({ enableServerSideApply: "false" }, {})).toThrow(
    /enableServerSideApply=false is not supported/,
  );
});

test("pauses can be set in seconds; anything else is refused", () => {
  expect(pausesFrom({ AI_PLATFORM_ENDPOINTS_SETTLE_SECONDS: "10" }).endpointsSettle).toBe(10_000);
  expect(() => pausesFrom({ AI_PLATFORM_RETRY_SECONDS: "fast" })).toThrow(/AI_PLATFORM_RETRY_SECONDS is "fast"/);
});

test("the plugin has the version of the SDK", () => {
  expect(createProvider({}).version).toBe(kubernetes.version);
});
