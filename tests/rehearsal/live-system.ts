import { join } from "node:path";
import { run } from "../../rehearsal/process.ts";
import { ensureTools } from "../../rehearsal/tools/index.ts";
import type { Checkout } from "./checkout.ts";

export type Labels = Readonly<Record<string, string>>;

export interface Pod {
  readonly metadata: { readonly name: string; readonly labels: Labels };
  readonly spec: {
    readonly restartPolicy: string;
    readonly containers: readonly { readonly env?: readonly { readonly name: string; readonly value?: string }[] }[];
  };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

interface EndpointSlice {
  readonly metadata: { readonly labels: Labels };
  readonly endpoints?: readonly {
    readonly conditions: { readonly ready?: boolean };
    readonly targetRef?: { readonly name: string };
  }[];
  readonly ports?: readonly { readonly name: string; readonly port: number }[];
}

interface Selector {
  readonly matchLabels?: Labels;
}

interface PolicyRule {
  readonly to?: readonly { readonly podSelector?: Selector }[];
  readonly from?: readonly { readonly podSelector?: Selector }[];
  readonly ports?: readonly { readonly port: number }[];
}

interface Policy {
  readonly spec: {
    readonly podSelector: Selector;
    readonly egress?: readonly PolicyRule[];
    readonly ingress?: readonly PolicyRule[];
  };
}

/** A system on the live API of a rehearsal: the objects of its namespace. */
export class LiveSystem {
  /** Command line of kubectl, for the namespace. */
  readonly kubectl: readonly [program: string, ...args: string[]];

  private constructor(kubectl: LiveSystem["kubectl"]) {
    this.kubectl = kubectl;
  }

  static async of(checkout: Checkout, stack: string, namespace: string): Promise<LiveSystem> {
    const { kubectl } = await ensureTools(["kubectl"]);
    const kubeconfig = join(checkout.folder, ".rehearsal", stack, "clusters/rehearsal/kubeconfig.yaml");
    return new LiveSystem([kubectl, "--kubeconfig", kubeconfig, "--namespace", namespace]);
  }

  async ask(...question: readonly string[]): Promise<string> {
    const [program, ...args] = this.kubectl;
    return run(program, [...args, ...question]);
  }

  async list<Item>(kind: string): Promise<Item[]> {
    return (JSON.parse(await this.ask("get", kind, "-o", "json")) as { items: Item[] }).items;
  }

  async podsOf(component: string): Promise<Pod[]> {
    const pods = await this.list<Pod>("pods");
    return pods.filter(({ metadata }) => metadata.labels["component"] === component);
  }

  /** Ready pods behind a Service, and their ports. */
  async endpoints(service: string): Promise<{ pods: string[]; ports: number[] }> {
    const slices = (await this.list<EndpointSlice>("endpointslices")).filter(
      ({ metadata }) => metadata.labels["kubernetes.io/service-name"] === service,
    );
    const ready = slices.flatMap((slice) => slice.endpoints ?? []).filter(({ conditions }) => conditions.ready);
    const ports = slices.flatMap((slice) => slice.ports ?? []).map(({ port }) => port);
    return {
      pods: ready.map(({ targetRef }) => targetRef?.name ?? "").sort(),
      ports: [...new Set(ports)].sort((a, b) => a - b),
    };
  }

  /** Whether the policies let the client out and the server let it in; the namespace denies all else. */
  async permits(client: Pod, server: Pod, port: number): Promise<boolean> {
    const policies = await this.list<Policy>("networkpolicies");
    const between = (from: Pod, to: Pod, direction: "egress" | "ingress") =>
      policies.some(({ spec }) => selects(spec.podSelector, from) && opens(spec[direction], to, port));
    return between(client, server, "egress") && between(server, client, "ingress");
  }
}

function selects({ matchLabels = {} }: Selector, { metadata }: Pod): boolean {
  return Object.entries(matchLabels).every(([key, value]) => metadata.labels[key] === value);
}

function opens(rules: readonly PolicyRule[] = [], other: Pod, port: number): boolean {
  return rules.some(
    ({ to = [], from = [], ports = [] }) =>
      ports.some((open) => open.port === port) &&
      [...to, ...from].some(({ podSelector }) => podSelector && selects(podSelector, other)),
  );
}
