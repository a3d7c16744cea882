import { mkdtemp, readdir, readFile, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { addressesOf } from "../../rehearsal/cluster/addresses.ts";
import { controlPlaneTools, type ControlPlaneTools } from "../../rehearsal/cluster/configuration.ts";
import { profileFor } from "../../rehearsal/cluster/profiles.ts";
import { startCluster, stopCluster } from "../../rehearsal/cluster/index.ts";
import { nodeImages } from "../../rehearsal/images/node.ts";
import { ensureNodePrograms, type NodeOptions, startNode, stopNode } from "../../rehearsal/node/index.ts";
import { attempt, run, type RunResult } from "../../rehearsal/process.ts";
import { ensureTools } from "../../rehearsal/tools/index.ts";

/** A cold machine builds every tool first, in milliseconds. */
const coldStart = 20 * 60_000;
/** Long enough for a loaded machine: nothing here takes more than seconds otherwise. In milliseconds. */
const patience = 90_000;
jest.setTimeout(patience * 2);

let folder: string;
let binaries: ControlPlaneTools;
let kubeconfig: string;
let options: NodeOptions;
/** The link's name, as long as there is one. */
let link: string;
/** The machine's settings before. */
let before: readonly string[];

/** The exit code of a command that `timeout` has ended. */
const timedOut = 143;

beforeAll(async () => {
  binaries = await ensureTools(controlPlaneTools);
  const programs = await ensureNodePrograms();
  const images = await nodeImages(() => undefined);
  folder = await mkdtemp(join(tmpdir(), "node-"));
  before = await machineSettings();
  ({ kubeconfig } = await startCluster({
    folder,
    profile: profileFor({ size: "dev", gpuProducts: [] }),
    binaries,
    note: () => undefined,
  }));
  options = { folder, kubectl: binaries.kubectl, programs, images, note: () => undefined };
  await startNode(options);
  link = (await addressesOf(join(kubeconfig, "..")))?.link ?? "";
  await run(binaries.kubectl, ["--kubeconfig", kubeconfig, "apply", "-f", join(__dirname, "fixtures", "node.yaml")]);
  await rolledOut();
}, coldStart);

afterAll(async () => {
  await stopNode(folder);
  await stopCluster(folder);
  await rm(folder, { recursive: true });
}, patience);

test("pods whose images the node has run there, the others stay with the simulated nodes", async () => {
  for (const app of ["web", "friend", "stranger"]) expect(await nodesOf(app)).toEqual(["real"]);
  const elsewhere = await nodesOf("elsewhere");
  expect(elsewhere).toHaveLength(1);
  expect(elsewhere).not.toContain("real");
});

test("a container runs as its user, without capabilities, on a root that it cannot write to", async () => {
  expect((await exec("web", "id", "-u")).stdout).toBe("10001\n");
  expect((await exec("web", "cat", "/proc/self/status")).stdout).toMatch(/^CapBnd:\t0{16}$[^]*^Seccomp:\t2$/m);
  expect((await exec("web", "touch", "/written")).stderr).toContain("Read-only file system");
  expect((await exec("web", "touch", "/tmp/written")).code).toBe(0);
});

test("a Service answers under its name, to a pod that the policies permit", async () => {
  expect((await get("friend", "http://web.real.svc.cluster.local/")).stdout).toBe("a real answer");
});

test("a claim is a folder of the node, which belongs to the pod's group and outlives the pod", async () => {
  const written = "echo kept > /data/file && cat /data/file";
  expect((await exec("statefulset/store", "sh", "-c", written)).stdout).toBe("kept\n");
  await kubectl("delete", "pod", "store-0");
  await kubectl("wait", "--for=condition=Ready", "pod/store-0", `--timeout=${patience}ms`);
  expect((await exec("statefulset/store", "cat", "/data/file")).stdout).toBe("kept\n");
});

test("a DaemonSet whose image the node lacks leaves it out, and is complete", async () => {
  const { stdout } = await kubectl("rollout", "status", "daemonset/everywhere", `--timeout=${patience}ms`);
  expect(stdout).toContain("successfully rolled out");
  expect(await nodesOf("everywhere")).not.toContain("real");
});

test("a pod that the server does not permit gets no packet through, by name or by address", async () => {
  const dropped = await droppedPackets();
  const answer = await get("stranger", "http://web.real.svc.cluster.local/");
  expect([answer.code, answer.stdout]).toEqual([timedOut, ""]);
  const { stdout: address } = await kubectl("get", "pod", "-l", "app=web", "-o", "jsonpath={.items[0].status.podIP}");
  expect((await get("stranger", `http://${address}:8080/`)).code).toBe(timedOut);
  expect(await droppedPackets()).toBeGreaterThan(dropped);
});

test("a pod that no policy of its own permits to leave reaches nothing", async () => {
  const { stdout: address } = await kubectl(
    "get",
    "pod",
    "-l",
    "app=friend",
    "-o",
    "jsonpath={.items[0].status.podIP}",
  );
  expect((await get("web", `http://${address}:8080/`)).code).toBe(timedOut);
});

test("a pod is permitted as soon as its labels say so, and forbidden again when the policy goes", async () => {
  const { stdout: pod } = await kubectl(
    "get",
    "pod",
    "-l",
    "app=stranger",
    "-o",
    "jsonpath=pod/{.items[0].metadata.name}",
  );
  await kubectl("label", pod, "--overwrite", "app=friend");
  await eventually(async () => (await get(pod, "http://web.real.svc.cluster.local/")).stdout === "a real answer");
  await kubectl("delete", "networkpolicy", "web-from-friend");
  await eventually(async () => (await get(pod, "http://web.real.svc.cluster.local/")).code === timedOut);
});

test("logs come from the real container", async () => {
  const { stdout } = await kubectl("logs", "-n", "kube-system", "deployment/coredns");
  expect(stdout).toContain("CoreDNS-");
});

test("this machine reaches a Service of the node directly", async () => {
  await kubectl("delete", "networkpolicy", "--all");
  const { stdout: address } = await kubectl("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}");
  const answer = await fetch(`http://${address}/`, { signal: AbortSignal.timeout(10_000) });
  expect(await answer.text()).toBe("a real answer");
});

test("a program of the node that is killed is started again", async () => {
  for (const program of ["containerd", "kubelet", "kube-proxy"]) {
    const [pid] = await processesOf(program);
    process.kill(pid ?? 0, "SIGKILL");
  }
  await kubectl("rollout", "restart", "deployment/web");
  await rolledOut();
  expect((await get("friend", "http://web.real.svc.cluster.local/")).stdout).toBe("a real answer");
});

test("a node whose agent is killed ends with it, and the next start continues", async () => {
  const [agent = ""] = (await readFile(join(folder, "node", "agent.pid"), "utf8")).split(" ");
  expect(await processesOf("kubelet")).toHaveLength(1);
  process.kill(Number(agent), "SIGKILL");
  await eventually(async () => (await processesOf("kubelet")).length === 0);
  await startNode(options);
  await rolledOut();
  await eventually(async () => (await get("friend", "http://web.real.svc.cluster.local/")).stdout === "a real answer");
});

test("a node whose folder is removed ends by itself, and the next start makes a new one", async () => {
  await rm(join(folder, "node"), { recursive: true });
  await eventually(async () =>
    (await machine()).traces.every((trace) => !/^link|^control group|node\/agent/.test(trace)),
  );
  await startNode(options);
  await rolledOut();
});

test("a stop leaves the machine as it was", async () => {
  const { traces, settings } = await machine();
  expect(settings).toEqual(before);
  for (const what of ["link", "route", "control group", "process"]) {
    expect(traces).toContainEqual(expect.stringMatching(new RegExp(`^${what}: `)));
  }
  await stopNode(folder);
  await stopCluster(folder);
  expect(await readdir(folder)).not.toContain("node");
  expect(await machine()).toEqual({ traces: [], settings: before });
});

/** What there is on the machine of this node, and the settings that a node likes to change for the whole machine. */
async function machine(): Promise<{ readonly traces: readonly string[]; readonly settings: readonly string[] }> {
  const lines = async (what: string, text: Promise<string>) =>
    (await text).split("\n").map((line) => `${what}: ${line.trim()}`);
  const groups = await readdir("/sys/fs/cgroup", { recursive: true }).catch(() => []);
  const all = [
    ...(await lines("link", run("ip", ["-brief", "link"]))),
    ...(await lines("route", run("ip", ["route"]))),
    ...(await lines("mount", readFile("/proc/self/mounts", "utf8"))),
    ...(await lines("process", run("ps", ["-eo", "args"]))),
    ...groups.map((name) => `control group: ${name}`),
  ];
  const ours = new RegExp(`${link}\\b|${folder}`);
  return { traces: all.filter((line) => ours.test(line)), settings: await machineSettings() };
}

function machineSettings(): Promise<string[]> {
  const names = ["vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops"];
  return Promise.all([...names, "net/ipv4/ip_forward"].map((name) => readFile(`/proc/sys/${name}`, "utf8")));
}

function kubectl(...line: string[]): Promise<RunResult> {
  return attempt(binaries.kubectl, ["--kubeconfig", kubeconfig, "-n", "real", ...line]);
}

function exec(who: string, ...command: string[]): Promise<RunResult> {
  return kubectl("exec", who.includes("/") ? who : `deployment/${who}`, "--", ...command);
}

/** Busybox's own time limit crashes it. */
function get(who: string, url: string): Promise<RunResult> {
  return exec(who, "timeout", "2", "wget", "-q", "-O", "-", url);
}

async function nodesOf(app: string): Promise<string[]> {
  const { stdout } = await kubectl("get", "pod", "-l", `app=${app}`, "-o", "jsonpath={.items[*].spec.nodeName}");
  return [...new Set(stdout.split(" "))];
}

async function rolledOut(): Promise<void> {
  for (const name of ["deployment/web", "deployment/friend", "deployment/stranger", "statefulset/store"]) {
    const { code, stdout, stderr } = await kubectl("rollout", "status", name, `--timeout=${patience}ms`);
    if (code !== 0) throw new Error(stdout + stderr);
  }
}

/** Process ids, as this machine counts them, of a program of the node. */
async function processesOf(program: string): Promise<number[]> {
  const first = await readFile(join(folder, "node", "first.pid"), "utf8");
  const namespace = await readlink(`/proc/${first}/ns/pid`).catch(() => "gone");
  const found: number[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const [own, name] = await Promise.all([
      readlink(`/proc/${pid}/ns/pid`).catch(() => ""),
      readFile(`/proc/${pid}/comm`, "utf8").catch(() => ""),
    ]);
    if (own === namespace && name.trim() === program) found.push(Number(pid));
  }
  return found;
}

/** Packets that the node's filter has dropped so far. */
async function droppedPackets(): Promise<number> {
  const first = await readFile(join(folder, "node", "first.pid"), "utf8");
  const { path: PATH, env } = options.programs;
  const line = ["-t", first, "-n", "--", "nft", "list", "table", "inet", "rehearsal_policies"];
  const rules = await run("nsenter", line, { env: { PATH, ...env } });
  return [...rules.matchAll(/counter packets (\d+) .* drop/g)].reduce((sum, [, count]) => sum + Number(count), 0);
}

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + patience;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("This did not become true.");
    await sleep(200);
  }
}
