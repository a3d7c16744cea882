import { Gpu } from "../../../components/platform/gpu";
import { gpuKeys } from "../../../components/platform/gpu/keys";
import { gpuPlacement } from "../../../components/platform/gpu/placement";
import { keysOf, recordPart } from "../../support/builders";
import { flows } from "../../support/edges";

const gpu = (keys: object = {}) => recordPart((site) => new Gpu("gpu", { ...keysOf(gpuKeys, keys), site }));

test("C194 the operator's namespace is the one whose pods may be privileged, and says why", async () => {
  const { stack } = await gpu();
  expect(stack.object("Namespace", "gpu-operator").inputs).toMatchObject({
    metadata: {
      labels: { "pod-security.kubernetes.io/enforce": "privileged" },
      annotations: { "ai-platform.dev/exempt.namespaces-enforce-restricted": expect.stringContaining("drivers") },
    },
  });
  const privileged = stack
    .ofType("kubernetes:core/v1:Namespace")
    .filter(({ inputs }) => JSON.stringify(inputs).includes('"privileged"'));
  expect(privileged.map(({ name }) => name)).toEqual(["gpu"]);
});

test("the operator alone knows what its pods need, so they get no defaults; and node-critical pods are admitted", async () => {
  const { stack } = await gpu();
  expect(stack.ofType("LimitRange").map(({ name }) => name)).toEqual(["platform-defaults"]);
  const quota = stack.object("ResourceQuota", "node-critical-pods");
  expect(JSON.stringify(quota.inputs)).toContain("system-node-critical");
  expect(stack.get("gpu", "Release").dependsOn).toContain(quota.urn);
});

test("only an operator that installs drivers may reach the internet", async () => {
  const ways = async (keys: object) => flows((await gpu(keys)).stack).access;
  expect(await ways({ driver: "operator" })).toContain("gpu-operator/* -> public addresses:443,80");
  expect((await ways({ driver: "preinstalled" })).join()).not.toContain("public addresses");
});

test("C97 C99 C100 engines go to tainted nodes with GPUs, of one product if they ask for it", () => {
  expect(gpuPlacement()).toEqual({
    tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
    nodeSelector: { "nvidia.com/gpu.present": "true" },
  });
  expect(gpuPlacement("NVIDIA-H100-80GB-HBM3").nodeSelector).toMatchObject({
    "nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3",
  });
});

test("C203 Prometheus scrapes the exporter of the GPUs", async () => {
  expect((await gpu()).part.metrics).toEqual([
    { name: "dcgm-exporter", peer: { namespace: "gpu-operator", labels: { app: "nvidia-dcgm-exporter" } }, port: 9400 },
  ]);
});

test("C212 C214 hot and saturated GPUs raise alerts, in a group of their own", async () => {
  const { part } = await gpu();
  expect(part.alertGroup).toBe("gpu-alerts");
  expect(part.alerts).toMatchObject([
    { name: "GpuHot", expression: "DCGM_FI_DEV_GPU_TEMP > 85", for: "5m", severity: "warning" },
    { name: "GpuSaturated", expression: "DCGM_FI_DEV_GPU_UTIL > 95", for: "10m", severity: "warning" },
  ]);
});
