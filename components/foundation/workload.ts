import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Connection, type Server, withConnections } from "./connection";
import type { Container, Probes } from "./container";
import { merge } from "./merge";
import type { Labels } from "./names";
import type { Member } from "./network";
import type { Access, Peer } from "./network-rules";
import type { Placement } from "./placement";
import { podAnnotations, podSpec, type Reasons, type Shutdown } from "./pod";
import type { Site } from "./site";

/** A port of the Service, and of the pods behind it where that is another one. */
export type Port = number | { readonly port: number; readonly targetPort: number };

/** A container's probes, or why it has none. */
export type ProbesOrReason = Probes | { readonly none: string };

/** Parts of the objects that the builder does not model, merged over what it makes last; policies still judge the result. */
export interface Extra {
  readonly deployment?: object | undefined;
  readonly pod?: object | undefined;
  readonly container?: object | undefined;
}

export interface WorkloadArgs extends Omit<Container, "name" | "probes" | "ports"> {
  readonly site: Site;
  /** What it is to the platform: `backend`, `engine`, `cache` ... */
  readonly component: string;
  /** Further labels of its objects, its selector included. @default none */
  readonly labels?: Labels | undefined;
  readonly ports: Readonly<Record<string, Port>>;
  readonly probes: ProbesOrReason;
  readonly user: number;
  readonly group?: number | undefined;
  /** A fixed number of pods, or an autoscaler owns the number and nothing else may state it. */
  readonly scale: { readonly replicas: number } | "autoscaled";
  readonly shutdown: Shutdown;
  readonly reasons?: Reasons | undefined;
  /** Servers this workload uses; see {@link Connection}. @default none */
  readonly uses?: readonly Connection[];
  /** Flows of its pods whose other end is no pod. @default none */
  readonly access?: readonly Access[];
  /** Containers beside the main one, an exporter for instance. @default none */
  readonly sidecars?: readonly Container[];
  readonly placement?: Placement | undefined;
  /** Ports the workload's pods use among themselves, for replication for instance. @default none */
  readonly peerPorts?: readonly number[];
  /** `headless` gives clients every pod's own address, for those that balance themselves. @default "balanced" */
  readonly service?: "balanced" | "headless";
  readonly extra?: Extra | undefined;
}

/** What every kind of workload has around its pods: account, Service and disruption budget. */
export abstract class BaseWorkload extends pulumi.ComponentResource {
  readonly name: string;
  /** Host name of the Service, complete. */
  readonly host: string;
  readonly peer: Required<Peer>;
  /** Its pods and what they may reach. */
  readonly member: Member;
  protected readonly ports: Readonly<Record<string, Port>>;
  protected readonly selector: Labels;
  protected readonly objectLabels: Labels;
  private readonly account: k8s.core.v1.ServiceAccount;

  protected constructor(type: string, name: string, args: WorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    super(type, name, {}, opts);
    const { namespace } = args.site;
    this.name = name;
    this.ports = args.ports;
    this.selector = { ...namespace.selector(name), ...args.labels };
    this.objectLabels = { ...namespace.labels(name, args.component), ...args.labels };
    this.host = `${name}.${namespace.name}.svc.cluster.local`;
    this.peer = { namespace: namespace.name, labels: this.selector };
    this.member = {
      name,
      peer: this.peer,
      uses: args.uses ?? [],
      peerPorts: args.peerPorts ?? [],
      access: args.access ?? [],
    };
    const inside = { parent: this, dependsOn: [namespace] };
    const metadata = this.metadata(args);
    this.account = new k8s.core.v1.ServiceAccount(name, { metadata, automountServiceAccountToken: false }, inside);
    new k8s.policy.v1.PodDisruptionBudget(
      name,
      { metadata, spec: { maxUnavailable: 1, selector: { matchLabels: this.selector } } },
      inside,
    );
    if (Object.keys(args.ports).length > 0)
      new k8s.core.v1.Service(name, { metadata, spec: serviceSpec(args, this.selector) }, inside);
  }

  /** This workload behind some of its ports, by name; all when none is named. */
  server(...names: readonly string[]): Server {
    const chosen = names.length > 0 ? names : Object.keys(this.ports);
    return { name: this.name, peer: this.peer, ports: chosen.map((port) => targetPort(this.port(port))) };
  }

  /** A connection to one of its ports, and to `further` ones. */
  offer(
    port: string,
    { further = [], ...facts }: Partial<Connection> & { readonly further?: readonly string[] } = {},
  ): Connection {
    return {
      name: this.name,
      host: this.host,
      port: servicePort(this.port(port)),
      furtherPorts: further.map((other) => servicePort(this.port(other))),
      server: this.server(port, ...further),
      ready: [this],
      ...facts,
    };
  }

  private port(name: string): Port {
    const port = this.ports[name];
    if (port === undefined)
      throw new pulumi.ResourceError(
        `There is no port "${name}"; its ports are ${Object.keys(this.ports).join(", ")}.`,
        this,
      );
    return port;
  }

  protected metadata({ site }: WorkloadArgs): k8s.types.input.meta.v1.ObjectMeta {
    return { name: this.name, namespace: site.namespace.reference, labels: this.objectLabels };
  }

  /** The pod template with what the connections add to the main container. */
  protected template(args: WorkloadArgs): k8s.types.input.core.v1.PodTemplateSpec {
    const { uses = [], sidecars = [], extra = {}, probes } = args;
    const noProbes = "none" in probes ? { noProbes: probes.none } : {};
    const own = { ...args, name: this.name, ports: ownPorts(args), probes: "none" in probes ? undefined : probes };
    const spec = podSpec({
      ...args,
      containers: [withConnections(own, uses), ...sidecars],
      serviceAccount: this.name,
      selector: this.selector,
      pullSecrets: args.site.pullSecrets,
      cluster: args.site.placement,
    });
    return {
      metadata: {
        labels: this.objectLabels,
        annotations: podAnnotations({ ...args, reasons: { ...args.reasons, ...noProbes } }),
      },
      spec: withExtra(spec, extra),
    };
  }

  /** Options of the object that starts pods: after the namespace and everything the workload uses. */
  protected startOrder({ site, uses = [] }: WorkloadArgs): pulumi.CustomResourceOptions {
    return { parent: this, dependsOn: [site.namespace, this.account, ...uses.flatMap(({ ready }) => ready)] };
  }
}

function serviceSpec({ ports, service = "balanced", peerPorts = [] }: WorkloadArgs, selector: Labels) {
  return {
    type: "ClusterIP",
    ...(service === "headless" && { clusterIP: "None" }),
    // Members must find each other before any of them can be ready.
    ...(peerPorts.length > 0 && { publishNotReadyAddresses: true }),
    selector,
    ports: Object.entries(ports).map(([name, port]) => ({
      name,
      port: servicePort(port),
      targetPort: name,
      protocol: "TCP",
    })),
  };
}

/** The container's ports that no sidecar listens on. */
function ownPorts({ ports, sidecars = [] }: WorkloadArgs): Record<string, number> {
  const taken = new Set(sidecars.flatMap((sidecar) => Object.keys(sidecar.ports ?? {})));
  const own = Object.entries(ports).filter(([name]) => !taken.has(name));
  return Object.fromEntries(own.map(([name, port]) => [name, targetPort(port)]));
}

/** What clients of the Service call. */
export function servicePort(port: Port): number {
  return typeof port === "number" ? port : port.port;
}

/** What the container listens on. */
export function targetPort(port: Port): number {
  return typeof port === "number" ? port : port.targetPort;
}

type PodSpec = k8s.types.input.core.v1.PodSpec;

/** The main container is the first. */
function withExtra(spec: PodSpec, { pod = {}, container = {} }: Extra): PodSpec {
  const [main, ...others] = spec.containers as k8s.types.input.core.v1.Container[];
  return merge({ ...spec, containers: [merge(main ?? {}, container), ...others] }, pod) as unknown as PodSpec;
}
