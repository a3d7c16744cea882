import { buildValues } from "../../../components/certificates/values";
import { Artifacts } from "../../../components/foundation";
import { assertKnownValues } from "../../contracts/values";

const args = { artifacts: new Artifacts(), replicas: 1 };
const mirrored = { artifacts: new Artifacts({ imageMirror: "registry.example.com/mirror" }), replicas: 3 };

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

test("images come from the mirror where there is one", () => {
  expect(buildValues(mirrored).imageRegistry).toBe("registry.example.com/mirror");
  expect(buildValues(args)).not.toHaveProperty("imageRegistry");
});
