import type * as k8s from "@pulumi/kubernetes";
import type { ClusterNetwork } from "./cluster";
import type { Labels } from "./names";

type PolicySpec = k8s.types.input.networking.v1.NetworkPolicySpec;
type PeerRule = k8s.types.input.networking.v1.NetworkPolicyPeer;
export type EgressRule = k8s.types.input.networking.v1.NetworkPolicyEgressRule;
export type IngressRule = k8s.types.input.networking.v1.NetworkPolicyIngressRule;

/** Pods at one end of a connection; without `labels` every pod of the namespace. */
export interface Peer {
  readonly namespace: string;
  readonly labels?: Labels;
}

/** Flows whose other end is no pod of this cluster. */
export interface Access {
  readonly ingress?: readonly IngressRule[];
  readonly egress?: readonly EgressRule[];
}

/** The API server is no pod, so no selector can name it. Where its addresses are not known, its ports are open to any address. */
export function reachKubernetesApi({ apiAddresses, apiPorts }: ClusterNetwork): Access {
  const to = apiAddresses.map((cidr) => ({ ipBlock: { cidr } }));
  return { egress: [{ ...(to.length > 0 && { to }), ports: tcpPorts(apiPorts) }] };
}

/** Admission webhooks and aggregated APIs are called by the API server, which no selector can name. */
export function serveKubernetesApi(...ports: readonly number[]): Access {
  return { ingress: [{ ports: tcpPorts(ports) }] };
}

/** Public addresses only: private ranges stay closed, so the cluster's own network is not reachable this way. */
export function reachInternet(...ports: readonly number[]): Access {
  return { egress: [{ to: publicBlocks, ports: tcpPorts(ports.length > 0 ? ports : [443]) }] };
}

/** Any address: load balancers, nodes and users, none of which a selector can name. */
export function reachAnywhere(...ports: readonly number[]): Access {
  return { egress: [{ ports: tcpPorts(ports) }] };
}

/** Traffic from load balancers and users, whose addresses are not known in advance. */
export function serveAnyone(...ports: readonly number[]): Access {
  return { ingress: [{ ports: tcpPorts(ports) }] };
}

/** Pods of one namespace among themselves: for third-party charts whose parts talk to each other. */
export function talkWithin(): Access {
  return { ingress: [{ from: [{ podSelector: {} }] }], egress: [{ to: [{ podSelector: {} }] }] };
}

/** Name resolution, wherever it happens: the cluster's DNS pods, a cache on each node, or other name servers. */
export function nameResolution({ dnsAddresses }: ClusterNetwork): EgressRule {
  const inKubeSystem = (app: string): PeerRule => ({
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
    podSelector: { matchLabels: { "k8s-app": app } },
  });
  return {
    to: [
      inKubeSystem("kube-dns"),
      inKubeSystem("node-local-dns"),
      ...dnsAddresses.map((cidr) => ({ ipBlock: { cidr } })),
    ],
    ports: ["UDP", "TCP"].map((protocol) => ({ protocol, port: 53 })),
  };
}

/** One NetworkPolicy. A direction that is not mentioned stays as other policies have it; an empty list closes it. */
export function accessPolicy(
  metadata: { readonly name: string; readonly namespace: string; readonly labels: Labels },
  pods: Labels | undefined,
  { ingress, egress }: Access,
): k8s.networking.v1.NetworkPolicyArgs {
  const spec: PolicySpec = {
    podSelector: pods && Object.keys(pods).length > 0 ? { matchLabels: pods } : {},
    policyTypes: [...(ingress ? ["Ingress"] : []), ...(egress ? ["Egress"] : [])],
    ...(ingress && ingress.length > 0 && { ingress: [...ingress] }),
    ...(egress && egress.length > 0 && { egress: [...egress] }),
  };
  return { metadata, spec };
}

export function tcpPorts(ports: readonly number[]) {
  return ports.map((port) => ({ protocol: "TCP", port }));
}

export function peerSelector({ namespace, labels: pods }: Peer): PeerRule {
  return {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    podSelector: pods ? { matchLabels: pods } : {},
  };
}

const publicBlocks: PeerRule[] = [
  {
    ipBlock: {
      cidr: "0.0.0.0/0",
      except: ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"],
    },
  },
  { ipBlock: { cidr: "::/0", except: ["fc00::/7", "fe80::/10"] } },
];
