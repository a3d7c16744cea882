import {
  type ClusterView,
  type NetworkPolicy,
  type Pod,
  type PolicyPeer,
  type PolicyPort,
  selects,
} from "./objects.ts";

/** What the rules need to know of the node. */
export interface NodeView {
  /** The addresses of its pods. */
  readonly pods: string;
  /** The node and the machine it is on, which always reach its pods. */
  readonly hosts: readonly string[];
  /** Where the API server really listens; policies know it as port 6443. */
  readonly api: { readonly address: string; readonly port: number };
}

type Direction = "Ingress" | "Egress";

const apiServerPort = 6443;
const table = "inet rehearsal_policies";

/**
 * The packet filter that does what the NetworkPolicies say, as one transaction of nft. A pod that a policy isolates in a
 * direction needs a rule that permits the connection; answers pass. Pods that are not known yet reach nobody and are
 * reached by nobody, so a new pod is never open by mistake.
 */
export function compile(cluster: ClusterView, node: NodeView): string {
  const pods = cluster.pods.filter(isOnTheNetwork);
  const view = { ...cluster, pods };
  const known = addressesOf(pods);
  return `table ${table}
delete table ${table}
table ${table} {
  chain forward {
    type filter hook forward priority filter; policy accept;
    ct state established,related accept
    ip saddr ${set(node.hosts)} accept
    ip saddr ${node.pods} ip saddr != ${set(known)} counter drop
    ip daddr ${node.pods} ip daddr != ${set(known)} counter drop
    ip saddr ${set(isolated(view, "Egress"))} jump egress
    ip daddr ${set(isolated(view, "Ingress"))} jump ingress
  }
  chain egress {
${rules(view, "Egress", node).join("\n")}
    counter drop
  }
  chain ingress {
${rules(view, "Ingress", node).join("\n")}
    counter drop
  }
}
`;
}

function isOnTheNetwork({ spec, status }: Pod): boolean {
  const ended = status?.phase === "Succeeded" || status?.phase === "Failed";
  return status?.podIP !== undefined && !spec.hostNetwork && !ended;
}

function isolated(view: ClusterView, direction: Direction): string[] {
  return addressesOf(
    view.policies.filter((policy) => typesOf(policy).includes(direction)).flatMap((policy) => subjects(view, policy)),
  );
}

function typesOf({ spec }: NetworkPolicy): readonly Direction[] {
  return spec.policyTypes ?? (spec.egress ? ["Ingress", "Egress"] : ["Ingress"]);
}

function subjects({ pods }: ClusterView, { metadata, spec }: NetworkPolicy): Pod[] {
  return pods.filter(
    (pod) => pod.metadata.namespace === metadata.namespace && selects(spec.podSelector ?? {}, pod.metadata.labels),
  );
}

/** One end of a connection, as nft matches it; without `match` any address. */
interface End {
  readonly match?: string;
  /** The pods there, whose named ports count. */
  readonly pods: readonly Pod[];
}

function rules(view: ClusterView, direction: Direction, node: NodeView): string[] {
  const [own, other] = direction === "Egress" ? ["saddr", "daddr"] : ["daddr", "saddr"];
  return view.policies
    .filter((policy) => typesOf(policy).includes(direction))
    .flatMap((policy) => {
      const pods = subjects(view, policy);
      if (pods.length === 0) return [];
      const subject = { match: `ip ${own} ${set(addressesOf(pods))}`, pods };
      return permitted(policy, direction).flatMap(({ peers, ports }) =>
        endsOf(view, policy, peers, other as "saddr" | "daddr").flatMap((peer) => {
          const server = direction === "Egress" ? peer : subject;
          return portMatches(ports, server, node).map((port) => rule(subject, peer, port));
        }),
      );
    });
}

function rule(subject: End, peer: End, port: string): string {
  return `    ${[subject.match, peer.match, port, "return"].filter(Boolean).join(" ")}`;
}

function permitted({ spec }: NetworkPolicy, direction: Direction) {
  return direction === "Egress"
    ? (spec.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }))
    : (spec.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }));
}

/** The ends that a rule's peers stand for; no peers at all are every address. */
function endsOf(
  view: ClusterView,
  policy: NetworkPolicy,
  peers: readonly PolicyPeer[] | undefined,
  side: "saddr" | "daddr",
): End[] {
  if (peers === undefined || peers.length === 0) return [{ pods: [] }];
  return peers.flatMap((peer): End[] => {
    if (peer.ipBlock) return blockOf(peer.ipBlock, side);
    const pods = peerPods(view, policy, peer);
    return pods.length === 0 ? [] : [{ match: `ip ${side} ${set(addressesOf(pods))}`, pods }];
  });
}

/** Only IPv4 is in use here. */
function blockOf({ cidr, except = [] }: NonNullable<PolicyPeer["ipBlock"]>, side: string): End[] {
  if (cidr.includes(":")) return [];
  const match = [`ip ${side} ${cidr}`, ...(except.length > 0 ? [`ip ${side} != ${set(except)}`] : [])].join(" ");
  return [{ match, pods: [] }];
}

function peerPods({ namespaces, pods }: ClusterView, policy: NetworkPolicy, peer: PolicyPeer): Pod[] {
  const { namespaceSelector, podSelector = {} } = peer;
  const names = namespaceSelector
    ? namespaces
        .filter(({ metadata }) => selects(namespaceSelector, metadata.labels))
        .map(({ metadata }) => metadata.name)
    : [policy.metadata.namespace];
  return pods.filter(
    ({ metadata }) => names.includes(metadata.namespace ?? "") && selects(podSelector, metadata.labels),
  );
}

function portMatches(ports: readonly PolicyPort[] | undefined, server: End, { api }: NodeView): string[] {
  if (ports === undefined || ports.length === 0) return [""];
  return ports.flatMap(({ protocol = "TCP", port, endPort }) => {
    const kind = protocol.toLowerCase();
    if (port === undefined) return [`meta l4proto ${kind}`];
    if (typeof port === "string") return namedPorts(server, port, kind);
    const numbers = [`${kind} dport ${endPort === undefined ? port : `${port}-${endPort}`}`];
    const isApi = port === apiServerPort && server.pods.length === 0;
    return isApi ? [...numbers, `ip daddr ${api.address} tcp dport ${api.port}`] : numbers;
  });
}

/** A name may stand for another number in each pod. */
function namedPorts({ pods }: End, name: string, kind: string): string[] {
  return pods.flatMap((pod) =>
    pod.spec.containers
      .flatMap(({ ports = [] }) => ports)
      .filter((port) => port.name === name && (port.protocol ?? "TCP").toLowerCase() === kind)
      .map(({ containerPort }) => `ip daddr ${pod.status?.podIP ?? ""} ${kind} dport ${containerPort}`),
  );
}

function addressesOf(pods: readonly Pod[]): string[] {
  return [...new Set(pods.flatMap(({ status }) => status?.podIP ?? []))].sort();
}

/** An anonymous set. nft knows no empty one: then an address that nobody has. */
function set(addresses: readonly string[]): string {
  return `{ ${addresses.length > 0 ? addresses.join(", ") : "0.0.0.0"} }`;
}
