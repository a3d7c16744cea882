import { chartResources, mebibytes, millicores, resourceRequirements } from "../../../components/foundation";

test("memory is limited to its request, and CPU may burst to four times its request", () => {
  expect(resourceRequirements({ cpu: "250m", memory: "256Mi" })).toEqual({
    requests: { cpu: "250m", memory: "256Mi" },
    limits: { cpu: "1000m", memory: "256Mi" },
  });
  expect(resourceRequirements({ cpu: "2", memory: "1Gi" }).limits.cpu).toBe("8");
});

test("limits may be stated apart from requests, one or both", () => {
  const limits = (stated: object) => resourceRequirements({ cpu: "1", memory: "1Gi", limits: stated }).limits;
  expect(limits({ cpu: "2", memory: "2Gi" })).toEqual({ cpu: "2", memory: "2Gi" });
  expect(limits({ memory: "2Gi" })).toEqual({ cpu: "4", memory: "2Gi" });
  expect(limits({ cpu: "2" })).toEqual({ cpu: "2", memory: "1Gi" });
});

test("GPUs are requested and limited alike", () => {
  expect(resourceRequirements({ cpu: "8", memory: "64Gi", gpus: 4 })).toEqual({
    requests: { cpu: "8", memory: "64Gi", "nvidia.com/gpu": "4" },
    limits: { cpu: "32", memory: "64Gi", "nvidia.com/gpu": "4" },
  });
});

test("containers of charts get a CPU limit too low to starve a node", () => {
  expect(chartResources("10m", "64Mi")).toEqual({
    requests: { cpu: "10m", memory: "64Mi" },
    limits: { cpu: "500m", memory: "64Mi" },
  });
  expect(chartResources("10m", "64Mi", "4").limits.cpu).toBe("4");
});

test.each([
  ["512Mi", 512],
  ["1Gi", 1024],
  ["2Ti", 2_097_152],
])("%s are %d MiB", (quantity, expected) => {
  expect(mebibytes(quantity)).toBe(expected);
});

test("a quantity without one of these units is an error that says how to write it", () => {
  expect(() => mebibytes("512M")).toThrow('"512M" is no quantity of memory: write it as in 512Mi, 1Gi or 2Ti.');
});

test("CPU is read in cores and in thousandths", () => {
  expect([millicores("250m"), millicores("2")]).toEqual([250, 2000]);
});
