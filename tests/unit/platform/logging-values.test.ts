import { Artifacts } from "../../../components/foundation";
import { loggingKeys } from "../../../components/platform/logging/keys";
import { alloyValues, lokiValues } from "../../../components/platform/logging/values";
import { assertKnownValues } from "../../contracts/values";
import { keysOf } from "../../support/builders";

const keys = keysOf(loggingKeys);
const args = { artifacts: new Artifacts(), tolerations: [] };
const mirrored = {
  artifacts: new Artifacts({ imageMirror: "registry.example.com/mirror" }),
  tolerations: [{ key: "system", operator: "Exists" as const }],
};

test.each([
  ["as they are by default", args],
  ["with a mirror", mirrored],
])("the charts know every value %s", (_, some) => {
  expect(() => {
    assertKnownValues("loki", lokiValues({ ...keys, ...some }));
    assertKnownValues("alloy", alloyValues(some));
  }).not.toThrow();
});

test.each([
  ["24h", "24h"],
  ["30d", "720h"],
  ["2w", "336h"],
])("a retention of %s is %s in Loki's words, and its compactor keeps to it", (retention, expected) => {
  expect(lokiValues({ ...keys, retention, ...args }).loki).toMatchObject({
    limits_config: { retention_period: expected },
    compactor: { retention_enabled: true },
  });
});

test("Loki is one server, whose volume outlives its StatefulSet", () => {
  const { deploymentMode, singleBinary, read, write, backend } = lokiValues({ ...keys, ...args });
  expect([deploymentMode, singleBinary.replicas, read.replicas, write.replicas, backend.replicas]).toEqual([
    "Monolithic",
    1,
    0,
    0,
    0,
  ]);
  expect(singleBinary.persistence).toMatchObject({ whenDeleted: "Retain", whenScaled: "Retain" });
});

test("collectors run without root, capabilities and a writable root, and report to nobody", () => {
  const { alloy, global } = alloyValues(args);
  expect(global.podSecurityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
  expect(alloy.securityContext).toMatchObject({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  });
  expect(alloy.enableReporting).toBe(false);
});

test("images come from the mirror where there is one", () => {
  expect(lokiValues({ ...keys, ...mirrored }).global).toEqual({ imageRegistry: "registry.example.com/mirror" });
  expect(alloyValues(mirrored).global.image).toEqual({ registry: "registry.example.com/mirror" });
  expect(lokiValues({ ...keys, ...args })).not.toHaveProperty("global");
});

test("pods may run on nodes with the cluster's taints", () => {
  expect(lokiValues({ ...keys, ...mirrored }).singleBinary.tolerations).toEqual(mirrored.tolerations);
  expect(alloyValues(mirrored).controller.tolerations).toEqual(expect.arrayContaining(mirrored.tolerations));
});
