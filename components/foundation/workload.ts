import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Connection, openConnection, withConnections } from "./connection";
import type { Container, Probes } from "./container";
import { labels, type Labels, selectorLabels } from "./names";
import type { Namespace } from "./namespace";
import { allow, type Peer } from "./network";
import { podAnnotations, type Placement, podSpec, type Shutdown } from "./pod";

/** A workload has a fixed number of pods, or an autoscaler owns the number and nothing else may state it. */
export type Scale = { readonly replicas: number } | "autoscaled";

export interface WorkloadArgs extends Omit<Container, "name" | "probes" | "ports"> {
  readonly namespace: Namespace;
  /** What it is to the platform: `backend`, `engine`, `cache` ... */
  readonly component: string;
  readonly ports: Readonly<Record<string, number>>;
  readonly probes: Probes;
  readonly user: number;
  readonly group?: number;
  readonly scale: Scale;
  readonly shutdown: Shutdown;
  /** What its pods need the Kubernetes API for, which mounts their token; it permits nothing by itself. @default no token */
  readonly tokenReason?: string | undefined;
  /** Servers this workload uses; see {@link Connection}. @default none */
  readonly uses?: readonly Connection[];
  /** Containers beside the main one, an exporter for instance. @default none */
  readonly sidecars?: readonly Container[];
  readonly placement?: Placement;
  /** Ports the workload's pods use among themselves, for replication for instance. @default none */
  readonly peerPorts?: readonly number[];
  /** `headless` gives clients every pod's own address, for those that balance themselves. @default "balanced" */
  readonly service?: "balanced" | "headless";
}

/** What every kind of workload has around its pods: account, Service, disruption budget and network edges. */
export abstract class BaseWorkload extends pulumi.ComponentResource {
  readonly name: string;
  /** Host name of the Service, complete. */
  readonly host: string;
  readonly peer: Required<Peer>;
  protected readonly ports: Readonly<Record<string, number>>;
  protected readonly selector: Labels;
  protected readonly objectLabels: Labels;
  protected readonly inside: pulumi.CustomResourceOptions;
  private readonly account: k8s.core.v1.ServiceAccount;

  protected constructor(type: string, name: string, args: WorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    super(type, name, {}, opts);
    const { namespace, component, ports, service = "balanced", uses = [], peerPorts = [] } = args;
    this.name = name;
    this.ports = ports;
    this.selector = selectorLabels(name);
    this.objectLabels = labels(name, component);
    this.host = `${name}.${namespace.name}.svc.cluster.local`;
    this.peer = { namespace: namespace.name, labels: this.selector };
    this.inside = { parent: this, dependsOn: [namespace] };

    this.account = new k8s.core.v1.ServiceAccount(
      name,
      { metadata: this.metadata(args), automountServiceAccountToken: false },
      this.inside,
    );
    new k8s.policy.v1.PodDisruptionBudget(
      name,
      { metadata: this.metadata(args), spec: { maxUnavailable: 1, selector: { matchLabels: this.selector } } },
      this.inside,
    );
    new k8s.core.v1.Service(
      name,
      {
        metadata: this.metadata(args),
        spec: {
          type: "ClusterIP",
          ...(service === "headless" && { clusterIP: "None" }),
          // Members must find each other before any of them can be ready.
          ...(peerPorts.length > 0 && { publishNotReadyAddresses: true }),
          selector: this.selector,
          ports: Object.entries(ports).map(([portName, port]) => ({
            name: portName,
            port,
            targetPort: portName,
            protocol: "TCP",
          })),
        },
      },
      this.inside,
    );
    for (const use of uses) openConnection(this.end(), use, this.inside);
    if (peerPorts.length > 0) allow({ client: this.end(), server: this.end(), ports: peerPorts }, this.inside);
  }

  /** This workload as one end of an edge. */
  end(): { name: string; peer: Required<Peer> } {
    return { name: this.name, peer: this.peer };
  }

  /** A connection to one of its ports. */
  offer(
    port: string,
    facts: Partial<Pick<Connection, "name" | "attributes" | "furtherPorts" | "credentials" | "authority">> = {},
  ): Connection {
    const number = this.ports[port];
    if (number === undefined)
      throw new pulumi.ResourceError(
        `There is no port "${port}"; its ports are ${Object.keys(this.ports).join(", ")}.`,
        this,
      );
    return { name: this.name, host: this.host, port: number, server: this.peer, ready: [this], ...facts };
  }

  protected metadata({ namespace }: WorkloadArgs): k8s.types.input.meta.v1.ObjectMeta {
    return { name: this.name, namespace: namespace.reference, labels: this.objectLabels };
  }

  /** The pod template with what the connections add to the main container. */
  protected template(args: WorkloadArgs): k8s.types.input.core.v1.PodTemplateSpec {
    const { uses = [], sidecars = [] } = args;
    const main = withConnections({ ...args, name: this.name, ports: ownPorts(args) }, uses);
    return {
      metadata: { labels: this.objectLabels, annotations: podAnnotations(args) },
      spec: podSpec({ ...args, containers: [main, ...sidecars], serviceAccount: this.name, selector: this.selector }),
    };
  }

  /** Options of the object that starts pods: after the namespace and everything the workload uses. */
  protected startOrder({ namespace, uses = [] }: WorkloadArgs): pulumi.CustomResourceOptions {
    return { parent: this, dependsOn: [namespace, this.account, ...uses.flatMap(({ ready }) => ready)] };
  }
}

/** The Service's ports that no sidecar listens on. */
function ownPorts({ ports, sidecars = [] }: WorkloadArgs): Record<string, number> {
  const taken = new Set(sidecars.flatMap((sidecar) => Object.keys(sidecar.ports ?? {})));
  return Object.fromEntries(Object.entries(ports).filter(([name]) => !taken.has(name)));
}

/** A stateless workload: a Deployment and what belongs around it. */
export class Workload extends BaseWorkload {
  readonly deployment: k8s.apps.v1.Deployment;

  constructor(name: string, args: WorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:foundation:Workload", name, args, opts);
    this.deployment = new k8s.apps.v1.Deployment(
      name,
      {
        metadata: this.metadata(args),
        spec: {
          ...(args.scale !== "autoscaled" && { replicas: args.scale.replicas }),
          selector: { matchLabels: this.selector },
          strategy: { type: "RollingUpdate", rollingUpdate: rollout(args) },
          template: this.template(args),
        },
      },
      this.startOrder(args),
    );
    this.registerOutputs({ host: this.host });
  }
}

/** GPUs are scarce, so their pods are replaced one by one in place; all others never fall below the wanted number. */
function rollout({ resources }: WorkloadArgs) {
  return resources.gpus ? { maxSurge: 0, maxUnavailable: 1 } : { maxSurge: 1, maxUnavailable: 0 };
}
