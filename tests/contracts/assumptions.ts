import type { Entry } from "./entries";

type Labels = Readonly<Record<string, string>>;

/** Pods that some resource of ours counts on: with these labels, and a container port of that number. */
export interface Assumption {
  readonly resource: string;
  readonly namespace: string;
  readonly labels: Labels;
  readonly port: number;
}

interface Selector {
  readonly matchLabels?: Labels;
}

interface PodMonitor {
  readonly spec: {
    readonly namespaceSelector: { readonly matchNames: readonly string[] };
    readonly selector: Selector;
    readonly podMetricsEndpoints: readonly { readonly portNumber: number }[];
  };
}

interface Peer {
  readonly namespaceSelector?: Selector;
  /** Absent where the peer is an address range. */
  readonly podSelector?: Selector;
}

interface Rule {
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port: number }[];
}

interface NetworkPolicy {
  readonly metadata: { readonly namespace: string };
  readonly spec: {
    readonly podSelector: Selector;
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  };
}

/** What a monitor reads, what a policy lets in, and where it lets its pods go. */
export function assumptionsOf({ resource, inputs }: Entry): Assumption[] {
  const found = inputs?.kind === "PodMonitor" ? ofMonitor(inputs as never) : [];
  const all = inputs?.kind === "NetworkPolicy" ? ofPolicy(inputs as never) : found;
  return all.map((assumption) => ({ resource, ...assumption }));
}

function ofMonitor({ spec }: PodMonitor): Omit<Assumption, "resource">[] {
  return spec.namespaceSelector.matchNames.flatMap((namespace) =>
    spec.podMetricsEndpoints.map(({ portNumber: port }) => ({ namespace, ...pods(spec.selector), port })),
  );
}

function ofPolicy({ metadata, spec: { podSelector, ingress = [], egress = [] } }: NetworkPolicy) {
  const own = ingress.flatMap(portsOf).map((port) => ({ namespace: metadata.namespace, ...pods(podSelector), port }));
  const others = egress.flatMap((rule) =>
    (rule.to ?? []).flatMap(({ namespaceSelector, podSelector: selector }) => {
      if (selector === undefined) return [];
      const namespace = namespaceSelector?.matchLabels?.["kubernetes.io/metadata.name"] ?? metadata.namespace;
      return portsOf(rule).map((port) => ({ namespace, ...pods(selector), port }));
    }),
  );
  return [...own, ...others];
}

function pods(selector: Selector): { readonly labels: Labels } {
  return { labels: selector.matchLabels ?? {} };
}

function portsOf({ ports = [] }: Rule): number[] {
  return ports.map(({ port }) => port);
}
