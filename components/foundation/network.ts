import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "./connection";
import { type Access, accessPolicy, type Peer, peerSelector, tcpPorts } from "./network-rules";
import type { Part } from "./part";
import type { Site } from "./site";

/** Pods that share their network policy, with everything they may do beside name resolution. */
export interface Member {
  /** Names the policy. */
  readonly name: string;
  readonly peer: Peer;
  /** Servers they are clients of. @default none */
  readonly uses?: readonly Connection[];
  /** Ports the pods use among themselves. @default none */
  readonly peerPorts?: readonly number[];
  /** Flows whose other end is no pod. @default none */
  readonly access?: readonly Access[];
}

/** One end of a flow between pods. */
export interface End {
  readonly name: string;
  readonly peer: Peer;
}

/** One permitted flow. A server outside the cluster has no pods to select: its ports are open to any address. */
export interface Edge {
  readonly client: End;
  readonly server: End | "outside";
  /** TCP ports of the server's pods. */
  readonly ports: readonly number[];
}

/** A platform part that reaches what parts declare. */
interface Client {
  readonly client: End;
}

export interface NetworkArgs {
  readonly parts: readonly Part[];
  readonly site: Site;
  /** Pods that reach what parts declare: routes, metrics and the sources of scaling. A platform part that is not installed has none. */
  readonly ingress?: Client | undefined;
  readonly monitoring?: (Client & { readonly viewer: End }) | undefined;
  readonly autoscaling?: Client | undefined;
}

/**
 * The network of a system: one NetworkPolicy for each group of pods, with all its flows in and out. A flow exists because something
 * is declared that needs it: a connection, a route, a metric, a source of scaling.
 */
export class Network extends pulumi.ComponentResource {
  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:foundation:Network", name, {}, opts);
    const members = args.parts.flatMap(({ members: own }) => own);
    for (const policy of policies(members, edges(args))) {
      const { namespace } = policy.end.peer;
      const metadata = {
        name: policy.end.name,
        namespace,
        labels: args.site.labels(policy.end.name, "network"),
      };
      new k8s.networking.v1.NetworkPolicy(
        `${namespace}-${policy.end.name}-flows`,
        accessPolicy(metadata, policy.end.peer.labels, policy.access),
        { parent: this, dependsOn: [args.site.namespaceOf(namespace)] },
      );
    }
    this.registerOutputs({});
  }
}

/** Every flow that the parts declare. */
export function edges({ parts, ingress, monitoring, autoscaling }: Omit<NetworkArgs, "site">): Edge[] {
  const members = parts.flatMap(({ members: own }) => own);
  const served = (part: Client | undefined, server: End, ports: readonly number[]): Edge[] =>
    part ? [{ client: part.client, server, ports }] : [];
  return [
    ...members.flatMap((client) => (client.uses ?? []).map((use) => edge(client, use))),
    ...members.flatMap((member) =>
      member.peerPorts?.length ? [{ client: member, server: member, ports: member.peerPorts }] : [],
    ),
    ...parts.flatMap(({ routes = [] }) => routes.flatMap(({ server }) => served(ingress, server, server.ports))),
    ...parts.flatMap(({ metrics = [] }) => metrics.flatMap((target) => served(monitoring, target, [target.port]))),
    ...parts.flatMap(({ dataSources = [] }) =>
      dataSources.flatMap(({ server }) => served(monitoring && { client: monitoring.viewer }, server, server.ports)),
    ),
    ...parts.flatMap(({ scales = [] }) =>
      scales.flatMap(({ triggers }) =>
        triggers.flatMap((trigger) =>
          autoscaling && trigger.kind === "scaler" ? [edge(autoscaling.client, trigger.reaches)] : [],
        ),
      ),
    ),
  ];
}

function edge({ name, peer }: End, { server, port, furtherPorts = [] }: Connection): Edge {
  return server === "outside"
    ? { client: { name, peer }, server, ports: [port, ...furtherPorts] }
    : { client: { name, peer }, server, ports: server.ports };
}

interface Policy {
  readonly end: End;
  readonly access: Access;
}

/** One policy per group of pods; the same flow declared twice appears once. */
export function policies(members: readonly Member[], all: readonly Edge[]): Policy[] {
  const ends = [
    ...members,
    ...all.flatMap(({ client, server }) => (server === "outside" ? [client] : [client, server])),
  ];
  const groups = new Map(ends.map((end) => [identity(end), end] as const).reverse());
  return [...groups.entries()].reverse().flatMap(([id, end]) => {
    const is = (other: End | "outside") => other !== "outside" && identity(other) === id;
    const access = members.filter(is).flatMap((member) => member.access ?? []);
    const egress = [
      ...distinct(all.filter(({ client }) => is(client)).map(egressRule)),
      ...access.flatMap((entry) => entry.egress ?? []),
    ];
    const ingress = [
      ...distinct(all.filter(({ server }) => is(server)).map(ingressRule)),
      ...access.flatMap((entry) => entry.ingress ?? []),
    ];
    if (egress.length + ingress.length === 0) return [];
    return [{ end, access: { ...(ingress.length > 0 && { ingress }), ...(egress.length > 0 && { egress }) } }];
  });
}

function egressRule({ server, ports }: Edge) {
  return { ...(server !== "outside" && { to: [peerSelector(server.peer)] }), ports: tcpPorts(ports) };
}

function ingressRule({ client, ports }: Edge) {
  return { from: [peerSelector(client.peer)], ports: tcpPorts(ports) };
}

function identity({ peer: { namespace, labels = {} } }: End): string {
  return JSON.stringify([namespace, ...Object.entries(labels).sort()]);
}

function distinct<T>(rules: readonly T[]): T[] {
  return [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
}
