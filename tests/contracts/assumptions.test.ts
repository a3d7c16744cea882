import { type ChartPin, pins } from "../../rehearsal/charts/pins.ts";
import { FIRST_RUN, render } from "../rehearsal/charts-rendering";
import { type Assumption, assumptionsOf } from "./assumptions";
import { stacks } from "../support/program";
import { type Entry, entriesOf, isRelease } from "./entries";

interface Pod {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly number[];
}

interface WorkloadSpec {
  readonly template: {
    readonly metadata: { readonly labels: Pod["labels"] };
    readonly spec: {
      readonly containers: readonly { readonly ports?: readonly { readonly containerPort: number }[] }[];
    };
  };
}

interface Release {
  readonly chart: string;
  readonly namespace: string;
  readonly name: string;
  readonly values: object;
}

/** `objects.test.ts` holds the stand-ins against the real charts, so that what is so for them is so for the charts. */
test.each(stacks.map(([name]) => name))(
  "the charts of the %s stack run the pods that its monitors and network policies count on",
  async (stack) => {
    const entries = await entriesOf(stack);
    const pods = (await Promise.all(entries.filter(isRelease).map(podsOf))).flat();
    const namespaces = new Set(pods.map(({ namespace }) => namespace));
    const assumptions = entries.flatMap(assumptionsOf).filter(({ namespace }) => namespaces.has(namespace));
    // A stack without charts counts on nobody.
    expect(assumptions.length > 10).toBe(entries.some(isRelease));
    expect(assumptions.filter((assumption) => !pods.some((pod) => satisfies(pod, assumption)))).toEqual([]);
  },
  FIRST_RUN,
);

test("a monitor counts on pods and their port", () => {
  const spec = {
    namespaceSelector: { matchNames: ["there"] },
    selector: { matchLabels: { app: "web" } },
    podMetricsEndpoints: [{ portNumber: 8080 }],
  };
  expect(assumptionsOf({ resource: "web-monitor", inputs: { kind: "PodMonitor", spec } })).toEqual([
    { resource: "web-monitor", namespace: "there", labels: { app: "web" }, port: 8080 },
  ]);
});

test("a policy counts on its own pods for what comes in and on its peers for what goes out, addresses apart", () => {
  const elsewhere = { matchLabels: { "kubernetes.io/metadata.name": "elsewhere" } };
  const peer = { namespaceSelector: elsewhere, podSelector: { matchLabels: { app: "store" } } };
  const spec = {
    podSelector: { matchLabels: { app: "web" } },
    ingress: [{ ports: [{ port: 8080 }] }],
    egress: [{ to: [peer, { ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ port: 5432 }] }],
  };
  const inputs = { kind: "NetworkPolicy", metadata: { namespace: "here" }, spec };
  expect(assumptionsOf({ resource: "web", inputs })).toEqual([
    { resource: "web", namespace: "here", labels: { app: "web" }, port: 8080 },
    { resource: "web", namespace: "elsewhere", labels: { app: "store" }, port: 5432 },
  ]);
});

async function podsOf({ inputs }: Entry): Promise<Pod[]> {
  const { chart, namespace, name, values } = inputs as unknown as Release;
  const pin = Object.values<ChartPin>(pins).find((one) => one.name === chart.split("/").at(-1));
  if (!pin) throw new Error(`${chart} is no pinned chart.`);
  return (await render(pin, values, name))
    .filter(({ kind }) => ["Deployment", "StatefulSet", "DaemonSet"].includes(kind))
    .map(({ spec }) => {
      const { metadata, spec: pod } = (spec as WorkloadSpec).template;
      const ports = pod.containers.flatMap((container) => container.ports ?? []);
      return { namespace, labels: metadata.labels, ports: ports.map(({ containerPort }) => containerPort) };
    });
}

function satisfies(pod: Pod, { namespace, labels, port }: Assumption): boolean {
  const labelled = Object.entries(labels).every(([key, value]) => pod.labels[key] === value);
  return pod.namespace === namespace && labelled && pod.ports.includes(port);
}
