import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

import { endpointSliceRules } from "../../components/services/gateway/permissions";
import { controlPlaneTools, type ControlPlaneTools } from "../../rehearsal/cluster/configuration.ts";
import { startCluster, stopCluster } from "../../rehearsal/cluster/index.ts";
import { runningComponents } from "../../rehearsal/cluster/processes.ts";
import { profileFor } from "../../rehearsal/cluster/profiles.ts";
import { run } from "../../rehearsal/process.ts";
import { ensureTools } from "../../rehearsal/tools/index.ts";

/** A cold machine builds every tool first, in milliseconds. */
const coldStart = 20 * 60_000;
/** Long enough for a loaded machine: nothing here takes more than seconds otherwise. In milliseconds. */
const patience = 60_000;
jest.setTimeout(patience * 2);

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status: { readonly phase: string; readonly podIP?: string };
}

const backend = resolve(__dirname, "../../apps/backend");

let folder: string;
let binaries: ControlPlaneTools;
let kubeconfig: string;
let gateway: ChildProcess;
/** What the gateway says last: addresses, or why it cannot tell. */
let said: unknown;

const options = () =>
  ({ folder, profile: profileFor({ size: "dev", gpuProducts: [] }), binaries, note: () => undefined }) as const;

beforeAll(async () => {
  binaries = await ensureTools(controlPlaneTools);
  const python = (await run(join(backend, "venv.sh"), [])).trim();
  folder = await mkdtemp(join(tmpdir(), "engines-"));
  kubeconfig = (await startCluster(options())).kubeconfig;
  await kubectl("apply", "-f", join(__dirname, "fixtures/engines.yaml"));
  gateway = await startGateway(join(python, "bin/python"));
}, coldStart);

afterAll(async () => {
  gateway?.kill();
  await stopCluster(folder);
  await rm(folder, { recursive: true });
}, patience);

test("without a role the gateway is refused, and says by whom and what", async () => {
  await says(expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+\/apis\/.*403 .*cannot list resource/));
});

test("with the role of the stack the gateway finds the ready pods", async () => {
  const rbac = "rbac.authorization.k8s.io";
  const common = { apiVersion: `${rbac}/v1`, metadata: { name: "gateway" } };
  const roleRef = { apiGroup: rbac, kind: "Role", name: "gateway" };
  const subjects = [{ kind: "ServiceAccount", name: "gateway", namespace: "default" }];
  await apply({ ...common, kind: "Role", rules: endpointSliceRules });
  await apply({ ...common, kind: "RoleBinding", roleRef, subjects });
  await saysAll(2);
});

test("the gateway hears of new pods", async () => {
  await kubectl("scale", "deployment/engine", "--replicas=4");
  await saysAll(4);
});

test("a pod that terminates is no engine any more while its address still is there", async () => {
  // Without this stage nobody ends the pod, so that it goes on terminating.
  await kubectl("delete", "stage", "pod-delete");
  const [leaving] = await pods();
  await kubectl("delete", "pod", leaving?.metadata.name ?? "", "--wait=false");
  await saysAll(4);
  const terminating = "jsonpath={.items[*].endpoints[?(@.conditions.terminating==true)].addresses[0]}";
  expect(await kubectl("get", "endpointslices", "-o", terminating)).toBe(leaving?.status.podIP);
  expect(said).not.toContain(leaving?.status.podIP);
});

test("the gateway says that the API server is away, and goes on when it is back", async () => {
  const [apiserver] = (await runningComponents(join(kubeconfig, ".."))).filter(({ name }) => name === "kube-apiserver");
  process.kill(apiserver?.pid ?? 0, "SIGKILL");
  await says(expect.stringContaining("connection attempts failed"));
  expect((await startCluster(options())).state).toBe("continued");
  await kubectl("scale", "deployment/engine", "--replicas=1");
  await saysAll(1);
});

/** The part of the gateway that finds engines, with the token of a service account. */
async function startGateway(python: string): Promise<ChildProcess> {
  const token = join(folder, "token");
  await writeFile(token, await kubectl("create", "token", "gateway"));
  const address = new URL(await kubectl("config", "view", "-o", "jsonpath={.clusters[0].cluster.server}"));
  const child = spawn(python, ["-m", "harness.follow_engines", "engine.default.svc.cluster.local"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      PYTHONPATH: ["src", "tests"].map((part) => join(backend, part)).join(":"),
      KUBERNETES_SERVICE_HOST: address.hostname,
      KUBERNETES_SERVICE_PORT: address.port,
      KUBERNETES_SERVICE_TOKEN_FILE: token,
      KUBERNETES_SERVICE_CA_FILE: join(kubeconfig, "../pki/ca.crt"),
    },
  });
  createInterface(child.stdout).on("line", (line) => {
    said = JSON.parse(line);
  });
  return child;
}

function says(expected: unknown): Promise<void> {
  return eventually(async () => expect(said).toEqual(expected));
}

/** Waits until there are so many ready pods and the gateway says the address of each. */
function saysAll(count: number): Promise<void> {
  return eventually(async () => {
    const addresses = (await pods()).filter(isReady).flatMap(({ status }) => status.podIP ?? []);
    expect(addresses).toHaveLength(count);
    expect(said).toEqual(addresses.sort());
  });
}

async function eventually(check: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(200);
    }
  }
}

function kubectl(...line: string[]): Promise<string> {
  return run(binaries.kubectl, ["--kubeconfig", kubeconfig, ...line]);
}

async function apply(object: object): Promise<void> {
  await run(binaries.kubectl, ["--kubeconfig", kubeconfig, "apply", "-f", "-"], { input: JSON.stringify(object) });
}

async function pods(): Promise<Pod[]> {
  return (JSON.parse(await kubectl("get", "pods", "-o", "json")) as { items: Pod[] }).items;
}

function isReady({ metadata, status }: Pod): boolean {
  return metadata.deletionTimestamp === undefined && status.phase === "Running";
}
