import { spawn } from "node:child_process";
import { once } from "node:events";
import { attempt } from "../../rehearsal/process.ts";
import { code, pages } from "../docs/runbooks.ts";
import { Checkout } from "./checkout.ts";
import { LiveSystem, type Pod } from "./live-system.ts";

/** Long enough for a busy machine; nothing here depends on how long it takes. */
const LIMIT_MS = 900_000;
jest.setTimeout(LIMIT_MS);

const STACK = "web-platform";
const COMPONENTS = ["frontend", "backend", "database", "redis"];

let checkout: Checkout;
let live: LiveSystem;

beforeAll(async () => {
  checkout = await Checkout.create();
  const up = await checkout.command("up", STACK);
  if (up.code !== 0) throw new Error(`The stack did not come up:\n${up.output}`);
  live = await LiveSystem.of(checkout, STACK, "ai-platform");
});

afterAll(async () => {
  await checkout.command("down", STACK);
  checkout.remove();
});

async function onePodOf(component: string): Promise<Pod> {
  const [pod] = await live.podsOf(component);
  if (!pod) throw new Error(`There is no pod of the ${component}.`);
  return pod;
}

test("B83 all pods of the namespace run and are ready", async () => {
  const isReady = ({ status }: Pod) =>
    status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True");
  const pods = await Promise.all(COMPONENTS.map((component) => live.podsOf(component)));
  expect(pods.map((some) => some.filter(isReady).length)).toEqual([2, 3, 3, 3]);
  expect(await live.list("pods")).toHaveLength(2 + 3 + 3 + 3);
});

test("B66 the API server gives every pod the restart policy Always", async () => {
  const policies = (await live.list<Pod>("pods")).map(({ spec }) => spec.restartPolicy);
  expect([...new Set(policies)]).toEqual(["Always"]);
});

test("B84 all services of the namespace exist and have endpoints", async () => {
  const services = await live.list<{ metadata: { name: string } }>("services");
  const names = services.map(({ metadata }) => metadata.name);
  expect(names).toEqual(expect.arrayContaining(COMPONENTS.map((component) => `ai-platform-${component}`)));
  for (const name of names) expect([name, (await live.endpoints(name)).pods.length > 0]).toEqual([name, true]);
  expect(await live.endpoints("ai-platform-database")).toEqual({ pods: ["ai-platform-database-1"], ports: [5432] });
});

test("B85 the public host leads to pods of the frontend, over TLS", async () => {
  const routes = await live.list<{ metadata: { name: string }; spec: object }>("ingressroutes");
  expect(routes.find(({ metadata }) => metadata.name === "ai-platform-frontend")?.spec).toMatchObject({
    entryPoints: ["websecure"],
    routes: [
      {
        match: "Host(`ai-platform.example.com`) && (PathPrefix(`/`))",
        services: [{ name: "ai-platform-frontend", port: 80 }],
      },
    ],
    tls: { secretName: "ai-platform-tls" },
  });
  const { pods, ports } = await live.endpoints("ai-platform-frontend");
  expect(pods).toEqual((await live.podsOf("frontend")).map(({ metadata }) => metadata.name).sort());
  expect(ports).toContain(8080);
  const address = "jsonpath={.status.loadBalancer.ingress[0].ip}";
  expect(await live.ask("get", "service", "traefik", "--namespace", "traefik", "-o", address)).not.toBe("");
});

test("B86 a frontend pod is told where the backend is, finds it there, and is permitted to call it", async () => {
  const frontend = await onePodOf("frontend");
  const backend = await onePodOf("backend");
  expect(frontend.spec.containers[0]?.env).toContainEqual({
    name: "API_BASE_URL",
    value: "http://ai-platform-backend:8000",
  });
  const behind = await live.endpoints("ai-platform-backend");
  expect(behind.ports).toEqual([8000]);
  expect(behind.pods).toContain(backend.metadata.name);
  expect(await live.permits(frontend, backend, 8000)).toBe(true);
  // The other way round nothing is declared.
  expect(await live.permits(backend, frontend, 8080)).toBe(false);
});

test("B64 an update takes an old pod away only once a new one is ready: never fewer than three are", async () => {
  const [program, ...args] = live.kubectl;
  const path = "jsonpath={.status.availableReplicas} {.status.updatedReplicas}\n";
  const watch = spawn(program, [...args, "get", "deployment", "ai-platform-backend", "--watch", "-o", path]);
  let seen = "";
  watch.stdout.setEncoding("utf8").on("data", (text: string) => (seen += text));
  await once(watch.stdout, "data");
  const image = "registry.example.com/ai-platform/ai-platform-backend:1.0.1";
  await live.ask("set", "image", "deployment/ai-platform-backend", `ai-platform-backend=${image}`);
  await live.ask("rollout", "status", "deployment/ai-platform-backend", "--timeout=300s");
  watch.kill();
  const available = seen
    .trim()
    .split("\n")
    .map((line) => Number(line.split(" ")[0]));
  expect(available.length).toBeGreaterThan(2);
  expect(Math.min(...available)).toBeGreaterThanOrEqual(3);
});

describe("the questions of a runbook page are answered by the live API", () => {
  /** Pages of what this stack has. */
  const asked = pages.filter((name) => /^([a-z]|Service|Container|Postgres|Redis|Traefik)/.test(name));

  /** What stands for the words in angle brackets. */
  const words = async (): Promise<Readonly<Record<string, string>>> => ({
    namespace: "ai-platform",
    pod: (await onePodOf("backend")).metadata.name,
    service: "ai-platform-backend",
    client: "ai-platform-frontend",
    secret: "ai-platform-secrets",
    claim: "backend-data",
    deployment: "ai-platform-backend",
    cluster: "ai-platform-database",
    redis: "ai-platform-redis",
  });

  test.each(asked)("%s", async (name) => {
    const questions = code(name, "sh").filter((line) => /^kubectl (-n \S+ )?(get|describe) /.test(line));
    expect(questions.length).toBeGreaterThan(0);
    const known = await words();
    for (const question of questions) {
      const filled = question.replaceAll(/<(\w+)>/g, (_, word: string) => known[word] ?? `no-${word}`);
      const command = filled.replace(/^kubectl/, live.kubectl.join(" "));
      const { code: exit, stderr } = await attempt("sh", ["-c", command]);
      expect({ question, exit, stderr }).toMatchObject({
        question,
        exit: 0,
        stderr: expect.not.stringMatching(/error/i) as string,
      });
    }
  });
});
