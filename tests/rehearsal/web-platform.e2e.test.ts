import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { attempt, run } from "../../rehearsal/process.ts";
import { ensureTools } from "../../rehearsal/tools/index.ts";
import { code, pages } from "../docs/runbooks.ts";
import { Checkout } from "./checkout.ts";

/** Long enough for a busy machine; nothing here depends on how long it takes. */
const LIMIT_MS = 900_000;
jest.setTimeout(LIMIT_MS);

const STACK = "web-platform";

let checkout: Checkout;
let kubectl: readonly [program: string, ...args: string[]];

beforeAll(async () => {
  checkout = await Checkout.create();
  const tools = await ensureTools(["kubectl"]);
  const kubeconfig = join(checkout.folder, ".rehearsal", STACK, "clusters/rehearsal/kubeconfig.yaml");
  kubectl = [tools.kubectl, "--kubeconfig", kubeconfig];
  const up = await checkout.command("up", STACK);
  if (up.code !== 0) throw new Error(`The stack did not come up:\n${up.output}`);
});

afterAll(async () => {
  await checkout.command("down", STACK);
  checkout.remove();
});

type Labels = Readonly<Record<string, string>>;

interface Pod {
  readonly metadata: { readonly name: string; readonly labels: Labels };
  readonly spec: {
    readonly restartPolicy: string;
    readonly containers: readonly { env?: readonly { name: string; value?: string }[] }[];
  };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

interface Slice {
  readonly metadata: { readonly labels: Labels };
  readonly endpoints?: readonly {
    readonly conditions: { readonly ready?: boolean };
    readonly targetRef?: { name: string };
  }[];
  readonly ports?: readonly { readonly name: string; readonly port: number }[];
}

/** Objects of the system's namespace. */
async function list<Item>(kind: string): Promise<Item[]> {
  const [program, ...args] = kubectl;
  const text = await run(program, [...args, "-n", "ai-platform", "get", kind, "-o", "json"]);
  return (JSON.parse(text) as { items: Item[] }).items;
}

/** Pods and ports behind a Service, ready ones only. */
async function endpoints(service: string): Promise<{ pods: string[]; ports: number[] }> {
  const slices = (await list<Slice>("endpointslices")).filter(
    ({ metadata }) => metadata.labels["kubernetes.io/service-name"] === service,
  );
  const ready = slices.flatMap((slice) => slice.endpoints ?? []).filter(({ conditions }) => conditions.ready);
  return {
    pods: ready.map(({ targetRef }) => targetRef?.name ?? "").sort(),
    ports: [...new Set(slices.flatMap(({ ports = [] }) => ports.map(({ port }) => port)))].sort((a, b) => a - b),
  };
}

const podsOf = async (component: string) =>
  (await list<Pod>("pods")).filter(({ metadata }) => metadata.labels["component"] === component);

test("B83 all pods of the namespace run and are ready", async () => {
  const pods = await list<Pod>("pods");
  const ready = pods.filter(({ status }) =>
    status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True"),
  );
  const counts = (some: readonly Pod[]) =>
    Object.fromEntries(
      ["frontend", "backend", "database", "redis"].map((component) => [
        component,
        some.filter(({ metadata }) => metadata.labels["component"] === component).length,
      ]),
    );
  expect(counts(ready)).toEqual({ frontend: 2, backend: 3, database: 3, redis: 3 });
  expect(ready).toHaveLength(pods.length);
});

test("B66 the API server gives every pod the restart policy Always", async () => {
  expect(new Set((await list<Pod>("pods")).map(({ spec }) => spec.restartPolicy))).toEqual(new Set(["Always"]));
});

test("B84 all services of the namespace exist and have endpoints", async () => {
  const services = await list<{ metadata: { name: string } }>("services");
  const names = services.map(({ metadata }) => metadata.name);
  expect(names).toEqual(
    expect.arrayContaining(["frontend", "backend", "database", "redis"].map((part) => `ai-platform-${part}`)),
  );
  for (const name of names) expect([name, (await endpoints(name)).pods.length > 0]).toEqual([name, true]);
  expect(await endpoints("ai-platform-database")).toEqual({ pods: ["ai-platform-database-1"], ports: [5432] });
});

test("B85 the public host leads to pods of the frontend, over TLS", async () => {
  interface Route {
    readonly metadata: { readonly name: string };
    readonly spec: {
      readonly routes: { match: string; services: { name: string; port: number }[] }[];
      readonly tls: object;
    };
  }
  const route = (await list<Route>("ingressroutes")).find(({ metadata }) => metadata.name === "ai-platform-frontend");
  expect(route?.spec).toMatchObject({
    routes: [
      {
        match: "Host(`ai-platform.example.com`) && (PathPrefix(`/`))",
        services: [{ name: "ai-platform-frontend", port: 80 }],
      },
    ],
    tls: { secretName: "ai-platform-tls" },
  });
  const { pods, ports } = await endpoints("ai-platform-frontend");
  expect(pods).toEqual((await podsOf("frontend")).map(({ metadata }) => metadata.name).sort());
  expect(ports).toContain(8080);
  const [program, ...args] = kubectl;
  const edge = ["-n", "traefik", "get", "service", "traefik", "-o", "jsonpath={.status.loadBalancer.ingress[0].ip}"];
  expect(await run(program, [...args, ...edge])).not.toBe("");
});

test("B86 a frontend pod is told where the backend is, finds it there, and is permitted to call it", async () => {
  const [frontend] = await podsOf("frontend");
  const [backend] = await podsOf("backend");
  expect(frontend?.spec.containers[0]?.env).toContainEqual({
    name: "API_BASE_URL",
    value: "http://ai-platform-backend:8000",
  });
  const behind = await endpoints("ai-platform-backend");
  expect(behind.ports).toEqual([8000]);
  expect(behind.pods).toContain(backend?.metadata.name);
  expect(await isPermitted(frontend?.metadata.labels ?? {}, backend?.metadata.labels ?? {}, 8000)).toBe(true);
  // The other way round nothing is declared.
  expect(await isPermitted(backend?.metadata.labels ?? {}, frontend?.metadata.labels ?? {}, 8080)).toBe(false);
});

interface Selector {
  readonly matchLabels?: Labels;
}
interface PolicyRule {
  readonly to?: readonly { podSelector?: Selector; namespaceSelector?: Selector }[];
  readonly from?: readonly { podSelector?: Selector; namespaceSelector?: Selector }[];
  readonly ports?: readonly { port: number }[];
}
interface Policy {
  readonly spec: {
    readonly podSelector: Selector;
    readonly egress?: readonly PolicyRule[];
    readonly ingress?: readonly PolicyRule[];
  };
}

/** Whether the policies of the live API let the client out and the server let it in; the namespace denies all else. */
async function isPermitted(client: Labels, server: Labels, port: number): Promise<boolean> {
  const policies = await list<Policy>("networkpolicies");
  const selects = ({ matchLabels = {} }: Selector = {}, labels: Labels) =>
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
  const opens = (rules: readonly PolicyRule[] = [], direction: "to" | "from", other: Labels) =>
    rules.some(
      (rule) =>
        rule.ports?.some((open) => open.port === port) &&
        rule[direction]?.some(({ podSelector }) => podSelector && selects(podSelector, other)),
    );
  const leaves = policies.some(({ spec }) => selects(spec.podSelector, client) && opens(spec.egress, "to", server));
  const enters = policies.some(({ spec }) => selects(spec.podSelector, server) && opens(spec.ingress, "from", client));
  return leaves && enters;
}

test("B64 an update takes an old pod away only once a new one is ready: never fewer than three are", async () => {
  const [program, ...args] = kubectl;
  const deployment = ["-n", "ai-platform", "deployment/ai-platform-backend"];
  const path = "jsonpath={.status.availableReplicas} {.status.updatedReplicas}\n";
  const watch = spawn(program, [
    ...args,
    ...deployment.slice(0, 2),
    "get",
    "deployment",
    "ai-platform-backend",
    "-w",
    "-o",
    path,
  ]);
  let seen = "";
  watch.stdout.setEncoding("utf8").on("data", (text: string) => (seen += text));
  await once(watch.stdout, "data");
  const image = "registry.example.com/ai-platform/ai-platform-backend:1.0.1";
  await run(program, [
    ...args,
    ...deployment.slice(0, 2),
    "set",
    "image",
    deployment[2] ?? "",
    `ai-platform-backend=${image}`,
  ]);
  await run(program, [...args, ...deployment.slice(0, 2), "rollout", "status", deployment[2] ?? "", "--timeout=300s"]);
  watch.kill();
  const states = seen
    .trim()
    .split("\n")
    .map((line) => line.split(" ").map(Number));
  expect(states.length).toBeGreaterThan(2);
  expect(Math.min(...states.map(([available = 0]) => available))).toBeGreaterThanOrEqual(3);
});

/** What stands for the words in angle brackets on a runbook page. */
async function inPlace(line: string): Promise<string> {
  const [pod] = await podsOf("backend");
  const words: Readonly<Record<string, string>> = {
    namespace: "ai-platform",
    pod: pod?.metadata.name ?? "",
    service: "ai-platform-backend",
    client: "ai-platform-frontend",
    secret: "ai-platform-secrets",
    claim: "backend-data",
    deployment: "ai-platform-backend",
    cluster: "ai-platform-database",
    redis: "ai-platform-redis",
  };
  return line.replaceAll(/<(\w+)>/g, (_, word: string) => words[word] ?? `no word for ${word}`);
}

/** Pages of what this stack has; what they ask of the API must be a question that it understands. */
const asked = pages.filter((name) => /^([a-z]|Service|Container|Postgres|Redis|Traefik)/.test(name));

test.each(asked)("the questions of the runbook page %s are answered by the live API", async (name) => {
  const questions = code(name, "sh").filter((line) => /^kubectl (-n \S+ )?(get|describe) /.test(line));
  expect(questions.length).toBeGreaterThan(0);
  for (const question of questions) {
    const [program, ...args] = kubectl;
    const command = (await inPlace(question)).replace(/^kubectl/, [program, ...args].join(" "));
    const { code: exit, stderr } = await attempt("sh", ["-c", command]);
    expect({ question, exit, stderr }).toEqual({
      question,
      exit: 0,
      stderr: expect.not.stringContaining("rror") as string,
    });
  }
});
