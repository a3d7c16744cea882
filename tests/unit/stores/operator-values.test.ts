import { Artifacts } from "../../../components/foundation";
import { buildOperatorValues } from "../../../components/stores/postgres/values";
import { assertKnownValues } from "../../contracts/values";
import { cluster } from "../../support/builders";

const nodes = { tolerations: [{ key: "system", operator: "Exists" as const }], ipv6: false };
const args = { artifacts: new Artifacts(), redundant: false, nodes: cluster };
const mirrored = { artifacts: new Artifacts({ imageMirror: "registry.example.com/mirror" }), redundant: true, nodes };

test.each([
  ["as they are by default", args],
  ["with a mirror", mirrored],
])("the chart knows every value %s", (_, some) => {
  expect(() => {
    assertKnownValues("cloudnative-pg", buildOperatorValues(some));
  }).not.toThrow();
});

test("a second operator stands by where the stack survives the loss of a node", () => {
  expect([buildOperatorValues(args).replicaCount, buildOperatorValues(mirrored).replicaCount]).toEqual([1, 2]);
});

test("it may run on nodes with the cluster's taints, and its copies are spread", () => {
  expect(buildOperatorValues(mirrored).tolerations).toEqual(nodes.tolerations);
  expect(buildOperatorValues(mirrored).topologySpreadConstraints).toHaveLength(2);
});

test("images come from the mirror where there is one", () => {
  expect(buildOperatorValues(mirrored).image?.repository).toBe(
    "registry.example.com/mirror/cloudnative-pg/cloudnative-pg",
  );
  expect(buildOperatorValues(args)).not.toHaveProperty("image");
});
