import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { controlPlaneTools, type ControlPlaneTools } from "../../rehearsal/cluster/configuration.ts";
import { runningCluster, startCluster, stopCluster } from "../../rehearsal/cluster/index.ts";
import { runningComponents } from "../../rehearsal/cluster/processes.ts";
import { profileFor } from "../../rehearsal/cluster/profiles.ts";
import { attempt, run } from "../../rehearsal/process.ts";
import { ensureTools } from "../../rehearsal/tools/index.ts";

/** A cold machine builds every tool first, in milliseconds. */
const coldStart = 20 * 60_000;
/** Long enough for a loaded machine: nothing here takes more than seconds otherwise. In milliseconds. */
const patience = 60_000;
jest.setTimeout(patience * 2);

let folder: string;
let binaries: ControlPlaneTools;
let kubeconfig: string;

const options = () =>
  ({ folder, profile: profileFor({ size: "dev", gpuProducts: [] }), binaries, note: () => undefined }) as const;

beforeAll(async () => {
  binaries = await ensureTools(controlPlaneTools);
  folder = await mkdtemp(join(tmpdir(), "cluster-"));
  const cluster = await startCluster(options());
  expect(cluster.state).toBe("new");
  kubeconfig = cluster.kubeconfig;
  await apply("objects");
}, coldStart);

afterAll(async () => {
  await stopCluster(folder);
  await rm(folder, { recursive: true });
}, patience);

test("a second start finds the cluster running", async () => {
  expect(await startCluster(options())).toEqual({ kubeconfig, state: "running" });
});

test("a pod that fits becomes Ready on a node of the profile", async () => {
  await eventually("pod", "web-0", "{.status.conditions[?(@.type=='Ready')].status}", "True");
});

test("the claim of a scheduled pod is bound to a volume", async () => {
  await eventually("pvc", "data-web-0", "{.status.phase}", "Bound");
});

test("a LoadBalancer Service gets an address", async () => {
  await eventually("service", "web", "{.status.loadBalancer.ingress[0].ip}", "192.0.2.10");
});

test("an Ingress gets an address", async () => {
  await eventually("ingress", "web", "{.status.loadBalancer.ingress[0].ip}", "192.0.2.10");
});

test("a Job completes", async () => {
  await eventually("job", "done", "{.status.conditions[?(@.type=='Complete')].status}", "True");
});

test("a pod that is told to fail crashes and never becomes Ready", async () => {
  const state = "{.items[0].status.containerStatuses[0].state.waiting.reason}";
  await eventually("pods", ["-l", "app=broken"], state, "CrashLoopBackOff");
  expect(await get("deployment", "broken", "{.status.readyReplicas}")).toBe("");
});

test("a Job that is told to fail fails", async () => {
  await eventually("job", "broken", "{.status.conditions[?(@.type=='Failed')].status}", "True");
});

test("the scheduler refuses what does not fit 4 vCPU and 8 GiB", async () => {
  const scheduled = "{.items[0].status.conditions[?(@.type=='PodScheduled')].message}";
  await eventually("pods", ["-l", "app=huge"], scheduled, expect.stringContaining("Insufficient cpu"));
});

test("Pod Security is enforced", async () => {
  const { code, stderr } = await kubectl("apply", "-f", fixture("privileged-pod"));
  expect(code).not.toBe(0);
  expect(stderr).toContain('violates PodSecurity "restricted:latest"');
});

test("a stage for a kind that arrives later acts on it", async () => {
  await apply("late-stage");
  await apply("late-kind");
  await kubectl("wait", "--for=condition=Established", "crd/lates.example.com");
  await apply("late");
  await eventually("late", "late", "{.status.phase}", "Arrived");
});

test("a control plane that lost a program is continued with its objects", async () => {
  const [apiserver] = (await runningComponents(join(kubeconfig, ".."))).filter(({ name }) => name === "kube-apiserver");
  process.kill(apiserver?.pid ?? 0, "SIGKILL");
  while ((await runningCluster(folder, binaries.kubectl)) !== undefined) await sleep(50);
  expect(await startCluster(options())).toEqual({ kubeconfig, state: "continued" });
  expect(await get("service", "web", "{.spec.type}")).toBe("LoadBalancer");
});

test("a control plane that cannot be continued is made anew", async () => {
  await stopProgramsAndBreakTheData();
  const { state } = await startCluster(options());
  expect(state).toBe("new");
  expect((await kubectl("get", "service", "web")).stderr).toContain("NotFound");
});

test("a stop leaves no process and no data", async () => {
  const pids = (await runningComponents(join(kubeconfig, ".."))).map(({ pid }) => pid);
  expect(pids).toHaveLength(5);
  await stopCluster(folder);
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  await expect(readFile(kubeconfig)).rejects.toThrow("ENOENT");
  await stopCluster(folder);
});

test("a creation that was killed half-way starts over", async () => {
  const program = join(__dirname, "../../rehearsal/cluster/main.ts");
  const first = spawn(process.execPath, [program, "start", "--dir", folder], { stdio: "ignore" });
  while ((await runningComponents(join(kubeconfig, ".."))).length < 5) await sleep(20);
  first.kill("SIGKILL");
  expect(await startCluster(options())).toEqual({ kubeconfig, state: "new" });
});

async function stopProgramsAndBreakTheData(): Promise<void> {
  const home = join(kubeconfig, "..");
  for (const { pid } of await runningComponents(home)) process.kill(pid, "SIGKILL");
  await rm(join(home, "pki"), { recursive: true });
}

function kubectl(...line: string[]) {
  return attempt(binaries.kubectl, ["--kubeconfig", kubeconfig, ...line]);
}

function fixture(name: string): string {
  return join(__dirname, "fixtures", `${name}.yaml`);
}

async function apply(name: string): Promise<void> {
  await run(binaries.kubectl, ["--kubeconfig", kubeconfig, "apply", "-f", fixture(name)]);
}

async function get(kind: string, which: string | readonly string[], path: string): Promise<string> {
  return (await kubectl("get", kind, ...[which].flat(), "-o", `jsonpath=${path}`)).stdout;
}

async function eventually(
  kind: string,
  which: string | readonly string[],
  path: string,
  value: unknown,
): Promise<void> {
  const deadline = Date.now() + patience;
  for (;;) {
    const found = await get(kind, which, path);
    try {
      expect(found).toEqual(value);
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(200);
    }
  }
}
