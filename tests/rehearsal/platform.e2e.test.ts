import { existsSync } from "node:fs";
import { join } from "node:path";
import { attempt, run } from "../../rehearsal/process.ts";
import { ensureTools } from "../../rehearsal/tools/index.ts";
import { failingJob, rootPod } from "./broken-code.ts";
import { Checkout, type CommandResult } from "./checkout.ts";

/** Long enough for a busy machine; nothing here depends on how long it takes. */
const LIMIT_MS = 900_000;
jest.setTimeout(LIMIT_MS);

let checkout: Checkout;
beforeAll(async () => {
  checkout = await Checkout.create();
});
afterAll(async () => {
  await checkout.command("down", "dev");
  await checkout.command("down", "prod");
  checkout.remove();
});

function expectSuccess({ code, output }: CommandResult): void {
  if (code !== 0) throw new Error(`The command ended with ${code}:\n${output}`);
}

async function kubectl(stack: string, ...args: string[]): Promise<string> {
  const tools = await ensureTools(["kubectl"]);
  const kubeconfig = join(checkout.folder, ".rehearsal", stack, "clusters/rehearsal/kubeconfig.yaml");
  return run(tools.kubectl, ["--kubeconfig", kubeconfig, ...args]);
}

interface Pod {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: {
    readonly containers: readonly { readonly resources?: { readonly limits?: Record<string, string> } }[];
  };
  readonly status: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

async function pods(stack: string): Promise<Pod[]> {
  return (JSON.parse(await kubectl(stack, "get", "pods", "-A", "-o", "json")) as { items: Pod[] }).items;
}

/** Ready, or a Job's pod that has done its work. */
function isReady({ status }: Pod): boolean {
  if (status.phase === "Succeeded") return true;
  return status.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") ?? false;
}

describe("the dev stack", () => {
  test("continues whichever process was killed half-way, and comes up with every pod scheduled on 4 vCPU and 8 GiB", async () => {
    const halfWay = /helm\.sh\/v3:Release \S+ creating/;
    await checkout.killedCommand("up", "dev", halfWay, "plugin");
    await checkout.killedCommand("up", "dev", halfWay, "command");
    const second = await checkout.killedCommand("up", "dev", /Release \S+ (creating|updating)/, "everything");
    expect(second).toContain("engine of a killed run ended");

    const up = await checkout.command("up", "dev");
    expectSuccess(up);
    expect(up.output).toContain("ai-platform-policies");
    const running = await pods("dev");
    const names = running.map(({ metadata }) => metadata.name).join("\n");
    for (const name of ["backend", "engine-tiny", "postgres-1", "cache-0", "queue-0", "traefik", "keda-operator"])
      expect(names).toContain(name);
    expect(running.filter((pod) => !isReady(pod)).map(({ metadata }) => metadata.name)).toEqual([]);
  });

  test("shows nothing secret on the screen, and keeps nothing secret in clear in its state", async () => {
    const password = await kubectl(
      "dev",
      "get",
      "secret",
      "grafana-admin",
      "-n",
      "monitoring",
      "-o",
      "jsonpath={.data.password}",
    );
    const plain = Buffer.from(password, "base64").toString();
    expect(plain).toMatch(/^\w{32}$/);
    const { output } = await checkout.command("status", "dev");
    expect(output).toContain("[secret]");
    for (const secret of [password, plain]) {
      expect(output).not.toContain(secret);
      const found = await attempt("grep", ["-rlF", "--", secret, join(checkout.folder, ".rehearsal/dev/state")]);
      // 1 is grep's word for "nowhere"; 2 would mean that it could not look.
      expect(found).toMatchObject({ code: 1, stdout: "" });
    }
  });

  test("changes nothing the second time", async () => {
    const again = await checkout.command("up", "dev");
    expectSuccess(again);
    expect(again.output).toMatch(/Resources:\n\s+\d+ unchanged/);
  });

  test("can be looked into: with kubectl, and by the names of its services", async () => {
    const pods = await checkout.command(
      "kubectl",
      "dev",
      "--",
      "get",
      "pods",
      "-n",
      "ai-platform",
      "-l",
      "a notin (b, c)",
    );
    expectSuccess(pods);
    expect(pods.output).toMatch(/^backend-\S+ +1\/1 +Running/m);
    const logs = await checkout.command("logs", "dev", "--service", "bakend");
    expect(logs.code).toBe(1);
    expect(logs.output).toMatch(/No pod belongs to a service "bakend". The services with pods are: .*\bbackend\b/);
  });

  test("takes a changed key over, and nothing else", async () => {
    const backend = { kind: "gateway", uses: ["postgres", "cache", "queue"], memory: "320Mi" };
    checkout.configure("dev", "services", { backend });
    const preview = await checkout.command("preview", "dev");
    expectSuccess(preview);
    expect(preview.output).toMatch(/Resources:\n\s+~ 1 to update/);
    expectSuccess(await checkout.command("up", "dev"));
    const limit = await kubectl(
      "dev",
      "get",
      "deployment",
      "backend",
      "-n",
      "ai-platform",
      "-o",
      "jsonpath={..limits.memory}",
    );
    expect(limit).toBe("320Mi");
  });

  test("refuses a mistake in the stack file before anything is changed", async () => {
    checkout.configure("dev", "ingress", { replica: 2 });
    const { code, output } = await checkout.command("up", "dev");
    checkout.configure("dev", "ingress", {});
    expect(code).not.toBe(0);
    expect(output).toContain("ai-platform:ingress.replica (value 2) is no known key");
    expect(output).toContain("Nothing was created.");
  });

  test("reports a resource that fails by name and reason, and the next run continues", async () => {
    await checkout.withCode(failingJob, async () => {
      const { code, output } = await checkout.command("up", "dev");
      expect(code).not.toBe(0);
      expect(output).toMatch(/batch\/v1:Job.*doomed/);
      expect(output).toMatch(/BackoffLimitExceeded|backoff limit/);
    });
    const repaired = await checkout.command("up", "dev");
    expectSuccess(repaired);
    expect(repaired.output).toMatch(/- 1 deleted/);
  });

  test("refuses a workload that breaks a policy, naming rule, field and fix", async () => {
    await checkout.withCode(rootPod, async () => {
      const { code, output } = await checkout.command("up", "dev");
      expect(code).not.toBe(0);
      expect(output).toContain("[mandatory]");
      expect(output).toMatch(/runAsNonRoot/);
      expect(await kubectl("dev", "get", "deployments", "-n", "ai-platform", "-o", "name")).not.toContain("careless");
    });
  });

  test("leaves nothing behind when it is destroyed", async () => {
    const down = await checkout.command("down", "dev");
    expectSuccess(down);
    expect(down.output).toMatch(/- \d+ deleted/);
  });
});

describe("the prod stack", () => {
  test("comes up on simulated GPU nodes, highly available, with every policy mandatory", async () => {
    const up = await checkout.command("up", "prod");
    expectSuccess(up);
    const running = await pods("prod");
    const count = (prefix: string) => running.filter(({ metadata }) => metadata.name.startsWith(prefix)).length;
    expect({ postgres: count("postgres-"), cache: count("cache-"), queue: count("queue-") }).toEqual({
      postgres: 3,
      cache: 3,
      queue: 3,
    });
    const engine = running.find(({ metadata }) => metadata.name.startsWith("engine-llama-3-3-70b-"));
    expect(engine?.spec.containers[0]?.resources?.limits).toMatchObject({ "nvidia.com/gpu": "4" });
    expect(engine && isReady(engine)).toBe(true);
  });

  test("is thrown away with its rehearsal, protected stores included, and leaves nothing behind", async () => {
    expectSuccess(await checkout.command("down", "prod"));
    expect(existsSync(join(checkout.folder, ".rehearsal"))).toBe(false);
  });
});
