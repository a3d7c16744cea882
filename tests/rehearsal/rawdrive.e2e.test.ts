import { readFileSync } from "node:fs";
import { join } from "node:path";
import { attempt } from "../../rehearsal/process.ts";
import { eventually } from "../drills/eventually.ts";
import { Checkout, type CommandResult } from "./checkout.ts";
import { LiveSystem } from "./live-system.ts";
import { requested } from "./requested.ts";

/** Long enough for a busy machine; nothing here depends on how long it takes. */
const LIMIT_MS = 900_000;
jest.setTimeout(LIMIT_MS);

let checkout: Checkout;
beforeAll(async () => {
  checkout = await Checkout.create();
});
afterAll(async () => {
  await checkout.command("down", "rawdrive");
  await checkout.command("down", "rawdrive-dev");
  checkout.remove();
});

function expectSuccess({ code, output }: CommandResult): string {
  if (code !== 0) throw new Error(`The command ended with ${code}:\n${output}`);
  return output;
}

/** Looks at a running stack as `make verify` does. */
function verify(stack: string) {
  const kubeconfig = join(checkout.folder, ".rehearsal", stack, "clusters/rehearsal/kubeconfig.yaml");
  const program = join(checkout.folder, "rehearsal/verify/main.ts");
  return attempt(process.execPath, [program, "--kubeconfig", kubeconfig, "--namespace", "rawdrive"]);
}

/** What the README says that a stack costs. */
function promisedCost(stack: string): string[] {
  const readme = readFileSync(join(checkout.folder, "examples/rawdrive/README.md"), "utf8");
  const [, ...cells] =
    readme
      .split("\n")
      .find((line) => line.startsWith(`| \`${stack}\` `))
      ?.split("|") ?? [];
  return cells.slice(1, 5).map((cell) => cell.trim());
}

interface ScaledObject {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly minReplicaCount: number; readonly maxReplicaCount: number };
}

interface Autoscaler {
  readonly metadata: { readonly name: string; readonly ownerReferences: readonly { kind: string; name: string }[] };
  readonly spec: { readonly minReplicas: number; readonly maxReplicas: number };
}

describe.each([
  ["rawdrive", "A70 one command after a preview deploys everything, with every policy mandatory", 2, 100],
  ["rawdrive-dev", "A69 one command starts everything on 4 vCPU and 8 GiB, and returns", 1, 2],
])("%s", (stack, promise, min, max) => {
  let live: LiveSystem;

  test(promise, async () => {
    expect(expectSuccess(await checkout.command("preview", stack))).toMatch(/\+ \d+ to create/);
    expect(expectSuccess(await checkout.command("up", stack))).toMatch(/\+ \d+ created/);
    live = await LiveSystem.of(checkout, stack, "rawdrive");
  });

  test("A71 the API has the scaled objects in namespace rawdrive, each Ready", async () => {
    const objects = await live.list<ScaledObject>("scaledobjects");
    const bounds = objects.map(({ metadata, spec }) => [metadata.name, spec.minReplicaCount, spec.maxReplicaCount]);
    expect(bounds).toContainEqual(["rawdrive-backend-scaler", min, max]);
    await live.ask("wait", "scaledobjects", "--all", "--for=condition=Ready", "--timeout=60s");
  });

  test("A72 the API has an autoscaler for each scaled object, owned by it", async () => {
    const autoscalers = await live.list<Autoscaler>("horizontalpodautoscalers");
    const owners = autoscalers.map(({ metadata }) =>
      metadata.ownerReferences.map(({ kind, name }) => `${kind} ${name}`),
    );
    expect(owners.flat().sort()).toEqual(["ScaledObject face-worker", "ScaledObject rawdrive-backend-scaler"]);
    const backend = autoscalers.find(({ metadata }) => metadata.name.endsWith("rawdrive-backend-scaler"));
    expect(backend?.spec).toMatchObject({ minReplicas: min, maxReplicas: max });
  });

  test("looks at everything, and counts nothing as passed that simulated pods would have to say", async () => {
    const { code, stdout } = await verify(stack);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^✔ services have endpoints +\d Services$/m);
    for (const title of [
      "scaled objects are ready",
      "Traefik's metrics answer",
      "alert rules are loaded",
      "logs can be asked for",
    ])
      expect(stdout).toMatch(new RegExp(`^○ ${title} +simulated: `, "m"));
    expect(stdout).toMatch(/^1 hold, 0 fail, 8 simulated and so not known$/m);
  });

  test("fails when a service has lost its pods", async () => {
    await live.ask(
      "patch",
      "service",
      "rawdrive-backend",
      "-p",
      '{"spec":{"selector":{"app.kubernetes.io/name":"gone"}}}',
    );
    const { code, stdout } = await verify(stack);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✘ services have endpoints +rawdrive-backend has no pod that is ready$/m);
  });

  test("costs what its README says", async () => {
    // A Deployment begins with one pod; the autoscaler brings it to its least number within seconds.
    const promised = promisedCost(stack);
    const isPromised = (seen: unknown) => JSON.stringify(seen) === JSON.stringify(promised);
    const seen = await eventually(`${promised.join(", ")} requested`, () => requested(live.kubectl), isPromised);
    expect(seen).toEqual(promised);
  });

  test("leaves nothing behind", async () => {
    expectSuccess(await checkout.command("down", stack));
  });
});
