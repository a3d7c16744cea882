import type { Recorded } from "./mocks";

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
}
interface PeerJson {
  readonly namespaceSelector?: Selector;
  readonly podSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}
interface RuleJson {
  readonly to?: readonly PeerJson[];
  readonly from?: readonly PeerJson[];
  readonly ports?: readonly { readonly protocol: string; readonly port: number }[];
}
interface PolicyJson {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly podSelector: Selector;
    readonly policyTypes: readonly string[];
    readonly ingress?: readonly RuleJson[];
    readonly egress?: readonly RuleJson[];
  };
}

/** What the NetworkPolicies of a stack permit between pods, read from the policies alone. */
export interface Flows {
  /** `client -> server:port` where the client may leave and the server lets in. */
  readonly open: string[];
  /** Halves without the other half: they permit nothing, so each is a mistake. */
  readonly dangling: string[];
  /** Flows with an end that is no pod of the cluster, as `pods -> where:port` or `where -> pods:port`. */
  readonly access: string[];
}

export function flows(recorded: Recorded): Flows {
  const policies = recorded
    .ofType("NetworkPolicy")
    .map(({ inputs }) => inputs as unknown as PolicyJson)
    .filter(({ metadata }) => metadata.name !== "default-deny");
  const egress = new Set(policies.flatMap((policy) => halves(policy, policy.spec.egress, "to")));
  const ingress = new Set(policies.flatMap((policy) => halves(policy, policy.spec.ingress, "from")));
  return {
    open: [...egress].filter((edge) => ingress.has(edge)).sort(),
    dangling: [...egress, ...ingress].filter((edge) => !(egress.has(edge) && ingress.has(edge))).sort(),
    access: [...new Set(policies.flatMap(accessOf))].sort(),
  };
}

function halves({ metadata, spec }: PolicyJson, rules: readonly RuleJson[] = [], direction: "to" | "from"): string[] {
  const self = podsName(metadata.namespace, spec.podSelector);
  return rules.flatMap((rule) =>
    (rule[direction] ?? []).flatMap(({ namespaceSelector, podSelector }) => {
      if (!namespaceSelector || !podSelector) return [];
      const other = podsName(namespaceSelector.matchLabels?.["kubernetes.io/metadata.name"] ?? "any", podSelector);
      const [client, server] = direction === "to" ? [self, other] : [other, self];
      return (rule.ports ?? []).map(({ port }) => `${client} -> ${server}:${port}`);
    }),
  );
}

/** Pods by the label that names them, or all pods of the namespace. */
function podsName(namespace: string, { matchLabels = {} }: Selector): string {
  const { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": _partOf, ...others } = matchLabels;
  const rest = Object.entries(others).map(([key, value]) => `${key}=${value}`);
  return `${namespace}/${[...(name ? [name] : []), ...rest].join(",") || "*"}`;
}

/** Flows of a policy whose other end is no pod: any address, some ranges of addresses, or the pods of the same namespace. */
function accessOf({ metadata, spec }: PolicyJson): string[] {
  const self = podsName(metadata.namespace, spec.podSelector);
  const ports = (rule: RuleJson) => (rule.ports ?? []).map(({ port }) => port).join(",") || "any";
  const others = (peers: readonly PeerJson[] | undefined) =>
    (peers ?? [{}]).flatMap((peer) => otherEnd(peer, metadata.namespace));
  return [
    ...(spec.egress ?? []).flatMap((rule) => others(rule.to).map((where) => `${self} -> ${where}:${ports(rule)}`)),
    ...(spec.ingress ?? []).flatMap((rule) => others(rule.from).map((where) => `${where} -> ${self}:${ports(rule)}`)),
  ];
}

function otherEnd({ namespaceSelector, podSelector, ipBlock }: PeerJson, namespace: string): string[] {
  if (namespaceSelector) return [];
  if (podSelector) return [`${namespace}/*`];
  if (!ipBlock) return ["anywhere"];
  return [ipBlock.except ? "public addresses" : ipBlock.cidr];
}
