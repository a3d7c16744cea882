import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Labels, labels, PART_OF } from "./names";

type Rule = k8s.types.input.networking.v1.NetworkPolicySpec;

/** Pods at one end of a connection; without `labels` every pod of the namespace. */
export interface Peer {
  readonly namespace: string;
  readonly labels?: Labels;
}

/** One permitted flow between two groups of pods. */
export interface Edge {
  readonly client: { readonly name: string; readonly peer: Peer };
  readonly server: { readonly name: string; readonly peer: Peer | "outside" };
  /** TCP ports of the server's pods. */
  readonly ports: readonly number[];
}

/**
 * Opens one edge: egress at the client and ingress at the server, in one move so that neither half can be forgotten.
 * A server outside the cluster has no pods to select: its port is opened to any address, and there is no ingress half.
 */
export function allow({ client, server, ports: numbers }: Edge, opts: pulumi.CustomResourceOptions): void {
  const name = `${client.name}-to-${server.name}`;
  const ports = tcp(...numbers);
  const egress = server.peer === "outside" ? [{ ports }] : [{ to: [peerSelector(server.peer)], ports }];
  new k8s.networking.v1.NetworkPolicy(`${name}-egress`, policy(`${name}-egress`, client.peer, { egress }), opts);
  if (server.peer === "outside") return;
  const from = [peerSelector(client.peer)];
  new k8s.networking.v1.NetworkPolicy(
    `${name}-ingress`,
    policy(`${name}-ingress`, server.peer, { ingress: [{ from, ports }] }),
    opts,
  );
}

/** A flow whose other end is no pod of this cluster, permitted for a whole namespace or for some of its pods. */
export interface Access {
  readonly name: string;
  readonly labels?: Labels;
  readonly spec: Partial<Rule>;
}

/** The API server is no pod, so no selector can name it: its ports are opened to any address. */
export function reachKubernetesApi(pods?: Labels): Access {
  return access("reach-kubernetes-api", pods, { egress: [{ ports: tcp(443, 6443) }] });
}

/** Admission webhooks and aggregated APIs are called by the API server, which no selector can name. */
export function serveKubernetesApi(port: number, pods?: Labels): Access {
  return access(`serve-kubernetes-api-${port}`, pods, { ingress: [{ ports: tcp(port) }] });
}

/** HTTPS to public addresses only: private ranges stay closed, so the cluster's own network is not reachable this way. */
export function reachInternet(pods?: Labels): Access {
  return access("reach-internet", pods, { egress: [{ to: publicBlocks, ports: tcp(443) }] });
}

/** Traffic from load balancers and users, whose addresses are not known in advance. */
export function serveInternet(ports: readonly number[], pods?: Labels): Access {
  return access("serve-internet", pods, { ingress: [{ ports: tcp(...ports) }] });
}

/** Pods of one namespace among themselves: for third-party charts whose parts talk to each other. */
export function talkWithin(): Access {
  return access("talk-within", undefined, {
    ingress: [{ from: [{ podSelector: {} }] }],
    egress: [{ to: [{ podSelector: {} }] }],
  });
}

/** Ports of the nodes themselves: kubelets and exporters on the host network, whose addresses no selector can name. */
export function reachNodes(ports: readonly number[], pods?: Labels): Access {
  return access("reach-nodes", pods, { egress: [{ ports: tcp(...ports) }] });
}

export function accessPolicy(
  { name, labels: pods, spec }: Access,
  namespace: string,
): k8s.networking.v1.NetworkPolicyArgs {
  return policy(name, { namespace, ...(pods && { labels: pods }) }, spec);
}

const publicBlocks = [
  {
    ipBlock: {
      cidr: "0.0.0.0/0",
      except: ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"],
    },
  },
  { ipBlock: { cidr: "::/0", except: ["fc00::/7", "fe80::/10"] } },
];

function access(name: string, pods: Labels | undefined, spec: Partial<Rule>): Access {
  return { name, spec, ...(pods && { labels: pods }) };
}

function tcp(...ports: number[]) {
  return ports.map((port) => ({ protocol: "TCP", port }));
}

function peerSelector({ namespace, labels: pods }: Peer) {
  return {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    podSelector: pods ? { matchLabels: pods } : {},
  };
}

function policy(name: string, subject: Peer, spec: Partial<Rule>): k8s.networking.v1.NetworkPolicyArgs {
  const policyTypes = [...("ingress" in spec ? ["Ingress"] : []), ...("egress" in spec ? ["Egress"] : [])];
  return {
    metadata: { name, namespace: subject.namespace, labels: labels(PART_OF, "network") },
    spec: { podSelector: subject.labels ? { matchLabels: subject.labels } : {}, policyTypes, ...spec },
  };
}
