import { buildValues } from "../../../components/platform/certificates/values";
import { Artifacts } from "../../../components/foundation";
import { assertKnownValues } from "../../contracts/values";

const tolerations = [{ key: "system", operator: "Exists" as const }];
const args = { artifacts: new Artifacts(), replicas: 1, tolerations: [] };
const mirrored = {
  artifacts: new Artifacts({ imageMirror: "registry.example.com/mirror" }),
  replicas: 3,
  tolerations,
};

test.each([
  ["as they are by default", args],
  ["with a mirror", mirrored],
])("the chart knows every value %s", (_, some) => {
  expect(() => {
    assertKnownValues("cert-manager", buildValues(some));
  }).not.toThrow();
});

test("every part has the replicas, and a disruption budget where one pod may be missed", () => {
  const { replicaCount, webhook, cainjector, podDisruptionBudget } = buildValues(mirrored);
  expect([replicaCount, webhook.replicaCount, cainjector.replicaCount]).toEqual([3, 3, 3]);
  expect(podDisruptionBudget.enabled).toBe(true);
  expect(buildValues(args).webhook.podDisruptionBudget.enabled).toBe(false);
});

test("every part may run on nodes with the cluster's taints, the check of the installation too", () => {
  const { tolerations: controller, webhook, cainjector, startupapicheck } = buildValues(mirrored);
  for (const found of [controller, webhook.tolerations, cainjector.tolerations, startupapicheck.tolerations])
    expect(found).toEqual(tolerations);
});

test("copies of a part are spread, each part by itself", () => {
  const { topologySpreadConstraints, webhook } = buildValues(args);
  const selected = (spread: typeof topologySpreadConstraints) => spread.map(({ labelSelector }) => labelSelector);
  expect(selected(topologySpreadConstraints)).toEqual(
    Array(2).fill({ matchLabels: { "app.kubernetes.io/component": "controller" } }),
  );
  expect(selected(webhook.topologySpreadConstraints)).toEqual(
    Array(2).fill({ matchLabels: { "app.kubernetes.io/component": "webhook" } }),
  );
});

test("images come from the mirror where there is one", () => {
  expect(buildValues(mirrored).imageRegistry).toBe("registry.example.com/mirror");
  expect(buildValues(args)).not.toHaveProperty("imageRegistry");
});
