import { Gpu } from "../../components/gpu";
import { configOf, surroundings } from "../support/builders";
import { record } from "../support/mocks";

let gpu: Gpu;

function deployed(settings: object = {}) {
  return record(() => {
    const { config, artifacts, observability } = surroundings(configOf({ gpu: JSON.stringify(settings) }));
    if (!config.gpu) throw new Error("The stack has no GPUs.");
    gpu = new Gpu("gpu", { ...config.gpu, artifacts, observability });
  });
}

test("C194 the operator has the one namespace, beside the monitoring's, whose pods may be privileged", async () => {
  const stack = await deployed();
  expect(stack.get("gpu", "core/v1:Namespace").inputs).toMatchObject({
    metadata: { name: "gpu-operator", labels: { "pod-security.kubernetes.io/enforce": "privileged" } },
  });
  const privileged = stack
    .ofType("core/v1:Namespace")
    .filter(({ inputs }) => JSON.stringify(inputs).includes('"privileged"'))
    .map(({ name }) => name);
  expect(privileged.sort()).toEqual(["gpu", "observability"]);
});

test("only an operator that installs drivers may reach the internet", async () => {
  const policies = async (settings: object) =>
    (await deployed(settings)).ofType("NetworkPolicy").map(({ name }) => name);
  expect(await policies({ driver: "operator" })).toContain("gpu-reach-internet");
  expect(await policies({ driver: "preinstalled" })).not.toContain("gpu-reach-internet");
});

test("C97 C99 C100 engines go to tainted nodes with GPUs, of one product if they ask for it", async () => {
  await deployed();
  expect(gpu.placement()).toEqual({
    tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
    nodeSelector: { "nvidia.com/gpu.present": "true" },
  });
  expect(gpu.placement("NVIDIA-H100-80GB-HBM3").nodeSelector).toMatchObject({
    "nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3",
  });
});

test("C203 Prometheus scrapes the exporter of the GPUs", async () => {
  expect((await deployed()).get("dcgm-exporter-monitor").inputs).toMatchObject({
    spec: {
      selector: { matchLabels: { app: "nvidia-dcgm-exporter" } },
      podMetricsEndpoints: [{ portNumber: 9400 }],
    },
  });
});

test("C212 C214 hot and saturated GPUs raise alerts", async () => {
  const { inputs } = (await deployed()).get("gpu-alerts");
  expect(inputs).toHaveProperty("spec.groups.0.rules", [
    expect.objectContaining({ expr: "DCGM_FI_DEV_GPU_TEMP > 85", for: "5m", labels: { severity: "warning" } }),
    expect.objectContaining({ expr: "DCGM_FI_DEV_GPU_UTIL > 95", for: "10m", labels: { severity: "warning" } }),
  ]);
});
