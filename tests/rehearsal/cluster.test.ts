import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, parseAllDocuments, stringify } from "yaml";

import { stageFiles } from "../../rehearsal/charts/stand-in.ts";
import { addresses, freeSlot } from "../../rehearsal/cluster/addresses.ts";
import { configuration, portCount } from "../../rehearsal/cluster/configuration.ts";
import { needsOf, type Size, sizes } from "../../rehearsal/cluster/needs.ts";
import { nodesOf, type SimulatedNode } from "../../rehearsal/cluster/nodes.ts";
import { freePorts } from "../../rehearsal/cluster/ports.ts";
import { endComponents, runningComponents } from "../../rehearsal/cluster/processes.ts";
import { profileFor } from "../../rehearsal/cluster/profiles.ts";

const gpu = "nvidia.com/gpu";

describe("the nodes", () => {
  const nodesFor = (size: Size, ...gpuProducts: string[]) => nodesOf(profileFor({ size, gpuProducts }));
  const withGpu = (nodes: readonly SimulatedNode[]) => nodes.filter((node) => node.status.allocatable[gpu]);
  const allZones = ["zone-a", "zone-b", "zone-c"];

  test("of size dev offer 4 vCPU and 8 GiB in all, in three zones", () => {
    const nodes = nodesFor("dev");
    expect(sum(nodes, "cpu", "m")).toBe(4000);
    expect(sum(nodes, "memory", "Mi")).toBe(8 * 1024);
    expect(zonesOf(nodes)).toEqual(allZones);
  });

  test.each(sizes)("of size %s have no GPU unless the stack wants some", (size) => {
    expect(withGpu(nodesFor(size))).toEqual([]);
    expect(nodesFor(size, "NVIDIA-H200")).toEqual(expect.arrayContaining(nodesFor(size)));
  });

  test.each(["small", "large", "xlarge"] as const)("of size %s have room in every zone", (size) => {
    expect(zonesOf(nodesFor(size))).toEqual(allZones);
  });

  test.each([
    ["large", 50],
    ["xlarge", 500],
  ] as const)("of size %s hold %i pods of 250m in half of what two zones offer", (size, pods) => {
    const left = nodesFor(size).filter(({ metadata }) => metadata.labels["topology.kubernetes.io/zone"] !== "zone-a");
    const room = left.map(({ status: { allocatable } }) =>
      Math.min(Math.floor(Number(allocatable["cpu"]?.slice(0, -1)) / 250), Number(allocatable["pods"])),
    );
    expect(room.reduce((total, one) => total + one, 0) / 2).toBeGreaterThanOrEqual(pods);
  });

  test.each(sizes)("of size %s have one eight-GPU machine per zone for each product that is asked for", (size) => {
    const found = withGpu(nodesFor(size, "NVIDIA-H200", "NVIDIA-L40S", "NVIDIA-H200"));
    for (const product of ["NVIDIA-H200", "NVIDIA-L40S"]) {
      const nodes = found.filter(({ metadata }) => metadata.labels["nvidia.com/gpu.product"] === product);
      expect(nodes.map(({ status }) => status.allocatable[gpu])).toEqual(["8", "8", "8"]);
      expect(zonesOf(nodes)).toEqual(allZones);
    }
    expect(found).toHaveLength(6);
  });

  test("with GPUs repel other pods and carry the labels of feature discovery", () => {
    for (const node of withGpu(nodesFor("small", "NVIDIA-H100-80GB-HBM3"))) {
      expect(node.spec.taints).toEqual([{ key: gpu, value: "present", effect: "NoSchedule" }]);
      expect(node.metadata.labels).toMatchObject({
        "nvidia.com/gpu.present": "true",
        "nvidia.com/gpu.count": "8",
        "nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3",
        "nvidia.com/gpu.memory": "81559",
      });
    }
  });

  test.each(sizes)("of size %s all have names of their own, which the API takes", (size) => {
    const names = nodesFor(size, "NVIDIA-H200", "Tesla T4 (16 GB)").map(({ metadata }) => metadata.name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
  });
});

describe("the needs of a stack", () => {
  const stack = (keys: object) =>
    needsOf(
      stringify({
        config: Object.fromEntries(Object.entries(keys).map(([key, value]) => [`ai-platform:${key}`, value])),
      }),
    );
  const anyGpu = ["NVIDIA-H100-80GB-HBM3", "NVIDIA-H200"];

  test.each(sizes)("are the size %s that it states", (size) => {
    expect(stack({ size })).toEqual({ size, gpuProducts: [] });
  });

  test("are of size dev when it states none", () => {
    expect(stack({})).toEqual({ size: "dev", gpuProducts: [] });
  });

  test("include no GPU for simulated models", () => {
    expect(stack({ models: { tiny: { kind: "simulator" } } }).gpuProducts).toEqual([]);
  });

  test.each([
    ["a vLLM model", { models: { llama: { kind: "vllm" } } }],
    ["a model without a kind, which is vLLM's", { models: { llama: {} } }],
    ["the key gpu", { gpu: { driver: "preinstalled" }, models: { tiny: { kind: "simulator" } } }],
  ])("include GPUs of any product for %s", (_, keys) => {
    expect(stack(keys).gpuProducts).toEqual(anyGpu);
  });

  test("include the products that models ask for, each once", () => {
    const models = {
      a: { gpuProduct: "NVIDIA-L40S" },
      b: { gpuProduct: "NVIDIA-L40S" },
      c: { gpuProduct: "NVIDIA-H200" },
    };
    expect(stack({ models }).gpuProducts).toEqual([...anyGpu, "NVIDIA-L40S"]);
  });

  test("are read from the stacks of this project", async () => {
    const needs = async (name: string) => needsOf(await readFile(`Pulumi.${name}.yaml`, "utf8"));
    expect(await needs("dev")).toEqual({ size: "dev", gpuProducts: [] });
    expect(await needs("prod")).toEqual({ size: "small", gpuProducts: anyGpu });
  });

  test.each(["", "config:", "config: [", "config: { ai-platform:size: huge, ai-platform:models: 7 }", "7"])(
    "of a faulty file, %j, are the smallest: the program says what is wrong",
    (text) => {
      expect(needsOf(text)).toEqual({ size: "dev", gpuProducts: [] });
    },
  );
});

describe("the configuration", () => {
  test("binds every program to this machine only", async () => {
    const binaries = {
      etcd: "/bin/etcd",
      "kube-apiserver": "/bin/kube-apiserver",
      "kube-controller-manager": "/bin/kube-controller-manager",
      "kube-scheduler": "/bin/kube-scheduler",
      kwok: "/bin/kwok",
      kwokctl: "/bin/kwokctl",
      kubectl: "/bin/kubectl",
    };
    const ports = await freePorts(portCount);
    const text = configuration({ home: "/home", binaries, ports, addresses: addresses(3) });
    const { options } = parse(text) as { options: Record<string, unknown> };
    expect(options.bindAddress).toBe("127.0.0.1");
    expect(Object.values(options)).toEqual(expect.arrayContaining(ports));
  });

  test("takes addresses that this machine has no route to", () => {
    expect(freeSlot(["10.88.7.0", "10.96.8.0", "10.244.9.0", "192.168.1.0"], 7)).toBe(10);
    expect(freeSlot(["10.88.199.0"], 199)).toBe(0);
  });

  test("takes distinct ports", async () => {
    expect(new Set(await freePorts(portCount)).size).toBe(portCount);
  });
});

test("every stage has a name of its own and something to do", async () => {
  const folder = join("rehearsal", "cluster", "stages");
  const files = [...(await readdir(folder)).map((name) => join(folder, name)), ...(await stageFiles())];
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  const stages = texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as Stage));
  expect(new Set(stages.map(({ metadata }) => metadata.name)).size).toBe(stages.length);
  for (const { spec } of stages) expect(spec.next ?? spec.steps).toBeDefined();
});

describe("pid files", () => {
  let folder: string;
  const pidFile = () => join(folder, "pids", "etcd.pid");

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "cluster-"));
    await mkdir(join(folder, "pids"));
  });

  afterEach(() => rm(folder, { recursive: true }));

  test("that name a process of somebody else are removed, and the process is left alone", async () => {
    await writeFile(pidFile(), String(process.pid));
    await endComponents(folder);
    expect(await readdir(join(folder, "pids"))).toEqual([]);
  });

  test.each(["", "not a number", "999999999"])("that say %j are removed", async (content) => {
    await writeFile(pidFile(), content);
    expect(await runningComponents(folder)).toEqual([]);
    expect(await readdir(join(folder, "pids"))).toEqual([]);
  });
});

interface Stage {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly next?: unknown; readonly steps?: unknown };
}

function sum(nodes: readonly SimulatedNode[], resource: string, unit: string): number {
  const amounts = nodes.map((node) => node.status.allocatable[resource] ?? "");
  expect(amounts.filter((amount) => !amount.endsWith(unit))).toEqual([]);
  return amounts.reduce((total, amount) => total + Number(amount.slice(0, -unit.length)), 0);
}

function zonesOf(nodes: readonly SimulatedNode[]): string[] {
  return [...new Set(nodes.map(({ metadata }) => metadata.labels["topology.kubernetes.io/zone"] ?? ""))].sort();
}
