import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";

import { stageFiles } from "../../rehearsal/charts/stand-in.ts";
import { configuration, portCount } from "../../rehearsal/cluster/configuration.ts";
import { nodesOf, type SimulatedNode } from "../../rehearsal/cluster/nodes.ts";
import { freePorts } from "../../rehearsal/cluster/ports.ts";
import { endComponents, runningComponents } from "../../rehearsal/cluster/processes.ts";
import { profileOf, profiles } from "../../rehearsal/cluster/profiles.ts";

const gpu = "nvidia.com/gpu";

describe("the nodes", () => {
  test("of dev offer 4 vCPU and 8 GiB in all, in three zones, and no GPU", () => {
    const nodes = nodesOf(profiles.dev);
    expect(sum(nodes, "cpu", "m")).toBe(4000);
    expect(sum(nodes, "memory", "Mi")).toBe(8 * 1024);
    expect(zonesOf(nodes)).toEqual(["zone-a", "zone-b", "zone-c"]);
    expect(nodes.filter((node) => node.status.allocatable[gpu])).toEqual([]);
  });

  test("of prod have CPU machines and GPU machines in every zone", () => {
    const nodes = nodesOf(profiles.prod);
    const withGpu = nodes.filter((node) => node.status.allocatable[gpu]);
    expect(zonesOf(withGpu)).toEqual(["zone-a", "zone-b", "zone-c"]);
    expect(zonesOf(nodes.filter((node) => !withGpu.includes(node)))).toEqual(["zone-a", "zone-b", "zone-c"]);
  });

  test("with GPUs repel other pods and carry the labels of feature discovery", () => {
    for (const node of nodesOf(profiles.prod).filter(({ status }) => status.allocatable[gpu])) {
      expect(node.spec.taints).toEqual([{ key: gpu, value: "present", effect: "NoSchedule" }]);
      expect(node.metadata.labels).toMatchObject({ "nvidia.com/gpu.present": "true", "nvidia.com/gpu.count": "8" });
      expect(node.metadata.labels["nvidia.com/gpu.product"]).toMatch(/^NVIDIA-/);
    }
  });

  test.each(["dev", "prod"] as const)("of %s all have names of their own", (profile) => {
    const names = nodesOf(profiles[profile]).map(({ metadata }) => metadata.name);
    expect(new Set(names).size).toBe(names.length);
  });

  test("small machines are for dev, every other stack gets the others", () => {
    expect([profileOf("dev"), profileOf("prod"), profileOf("million-users")]).toEqual(["dev", "prod", "prod"]);
  });
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
    const { options } = parse(configuration(binaries, ports)) as { options: Record<string, unknown> };
    expect(options.bindAddress).toBe("127.0.0.1");
    expect(Object.values(options)).toEqual(expect.arrayContaining(ports));
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
