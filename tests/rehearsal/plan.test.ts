import { demandsOf, mebibytes, millicores, ofPod, storageOf } from "../../rehearsal/plan/demand.ts";
import { planTable } from "../../rehearsal/plan/table.ts";
import { recordStack } from "../support/program";

test("quantities are what Kubernetes means by them", () => {
  expect([mebibytes("1Gi"), mebibytes("512Mi"), mebibytes("1048576"), mebibytes("2Ti")]).toEqual([
    1024, 512, 1, 2097152,
  ]);
  expect([millicores("250m"), millicores("2")]).toEqual([250, 2000]);
});

test("a pod asks for what its containers ask for together, and for the volumes it brings", () => {
  const requests = (cpu: string, memory: string) => ({ resources: { requests: { cpu, memory } } });
  const volumeClaimTemplate = { spec: { resources: { requests: { storage: "40Gi" } } } };
  const pod = {
    containers: [requests("250m", "256Mi"), requests("1", "1Gi")],
    volumes: [{ ephemeral: { volumeClaimTemplate } }, {}],
  };
  expect(ofPod(pod)).toEqual({ milliCpu: 1250, memoryMiB: 1280, gpus: 0, volumesMiB: 40960 });
});

test("the plan of prod counts engines by their autoscaler's bounds, and claims of every server", async () => {
  const prod = await recordStack("prod");
  const engine = demandsOf(prod).find(({ part }) => part === "engine-llama-3-3-70b");
  expect(engine).toMatchObject({ pods: { min: 2, max: 5 }, gpus: 4, milliCpu: 8000, volumesMiB: 204800 });
  const queue = storageOf(prod).filter(({ part }) => part === "queue");
  expect(queue).toEqual(Array.from({ length: 3 }, () => ({ part: "queue", mebibytes: 10240 })));
});

test("the table shows ranges where the number of pods may move, and a sum", () => {
  const demand = { part: "api", pods: { min: 1, max: 3 }, milliCpu: 500, memoryMiB: 1024, gpus: 0, volumesMiB: 0 };
  const fixed = { ...demand, part: "store", pods: { min: 1, max: 1 } };
  const lines = planTable([demand, fixed], [{ part: "store", mebibytes: 5120 }]);
  expect(lines[1]).toMatch(/^api +1 to 3 +0\.50 to 1\.50 +1\.0 GiB to 3\.0 GiB/);
  expect(lines.at(-1)).toMatch(/^together +2 to 4 .*5\.0 GiB$/);
});
