import { buildValues } from "../../../components/platform/autoscaling/values";
import { Artifacts } from "../../../components/foundation";
import { assertKnownValues } from "../../contracts/values";

const tolerations = [{ key: "system", operator: "Exists" as const }];
const args = { artifacts: new Artifacts(), replicas: 2, tolerations: [] };
const mirrored = {
  artifacts: new Artifacts({ imageMirror: "registry.example.com/mirror" }),
  replicas: 1,
  tolerations,
};

test.each([
  ["as they are by default", args],
  ["with a mirror", mirrored],
])("the chart knows every value %s", (_, some) => {
  expect(() => {
    assertKnownValues("keda", buildValues(some));
  }).not.toThrow();
});

test("every part has the replicas and a disruption budget", () => {
  const { operator, metricsServer, webhooks, podDisruptionBudget } = buildValues(args);
  expect([operator, metricsServer, webhooks]).toEqual(Array(3).fill({ replicaCount: 2 }));
  expect(Object.values(podDisruptionBudget)).toEqual(Array(3).fill({ maxUnavailable: 1 }));
});

test("a closed cluster pulls KEDA's images from its mirror", () => {
  expect(buildValues(mirrored).global?.image.registry).toBe("registry.example.com/mirror");
  expect(buildValues(args)).not.toHaveProperty("global");
});

test("pods may run on nodes with the cluster's taints, and copies of one part are spread", () => {
  expect(buildValues(mirrored).tolerations).toEqual(tolerations);
  const { operator } = buildValues(args).topologySpreadConstraints;
  expect(operator.map(({ topologyKey }) => topologyKey)).toEqual([
    "topology.kubernetes.io/zone",
    "kubernetes.io/hostname",
  ]);
});

test("KEDA may scale Deployments and StatefulSets, not every resource of the cluster", () => {
  expect(buildValues(args).rbac.enabledCustomScaledRefKinds).toBe(false);
});

test("a registry that is away does not stop KEDA from starting", () => {
  expect(buildValues(args).image.pullPolicy).toBe("IfNotPresent");
});
