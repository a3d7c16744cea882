import { Artifacts } from "../../../components/foundation";
import { buildValues } from "../../../components/platform/gpu/values";
import { assertKnownValues } from "../../contracts/values";

const args = { artifacts: new Artifacts(), driver: "preinstalled", mig: "none" } as const;
const mirrored = {
  artifacts: new Artifacts({ imageMirror: "registry.example.com/mirror" }),
  driver: "operator",
  mig: "mixed",
} as const;

test.each([
  ["as they are by default", args],
  ["with a mirror", mirrored],
])("the chart knows every value %s", (_, some) => {
  expect(() => {
    assertKnownValues("gpu-operator", buildValues(some));
  }).not.toThrow();
});

test("the operator installs a driver only where node images bring none", () => {
  expect(buildValues(args).driver.enabled).toBe(false);
  expect(buildValues(mirrored).driver.enabled).toBe(true);
});

test("GPUs are partitioned as asked, and nothing manages partitions where there are none", () => {
  expect(buildValues(args)).toMatchObject({ mig: { strategy: "none" }, migManager: { enabled: false } });
  expect(buildValues(mirrored)).toMatchObject({ mig: { strategy: "mixed" }, migManager: { enabled: true } });
});

test("with a mirror no image comes from the vendor's registry", () => {
  const { driver, toolkit, "node-feature-discovery": discovery } = buildValues(mirrored);
  expect(driver.repository).toBe("registry.example.com/mirror/nvidia");
  expect(driver.manager.repository).toBe("registry.example.com/mirror/nvidia/cloud-native");
  expect(toolkit.repository).toBe("registry.example.com/mirror/nvidia/k8s");
  expect(discovery?.image.repository).toBe("registry.example.com/mirror/nfd/node-feature-discovery");
  expect(JSON.stringify(buildValues(args))).not.toContain("repository");
});
