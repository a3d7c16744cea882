import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterNetwork } from "./cluster";
import type { Labels } from "./names";
import { type Access, accessPolicy, nameResolution } from "./network-rules";

/** Pod Security Standards, as the API server enforces them. */
export type PodSecurityLevel = "restricted" | "privileged";

export interface NamespaceArgs {
  /** Name of the namespace; fixed, because renaming one means replacing everything in it. */
  readonly name: string;
  /** The system all its objects belong to, as in `app.kubernetes.io/part-of`. */
  readonly system: string;
  readonly network: ClusterNetwork;
  /** @default "restricted" */
  readonly level?: PodSecurityLevel;
  /** Flows whose other end is no pod of this cluster, for every pod of the namespace. @default none */
  readonly access?: readonly Access[];
  /** Further labels of the namespace itself. @default none */
  readonly labels?: Labels;
  /** Further labels of every object in it, selectors included. @default none */
  readonly common?: Labels;
  /** @default none */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Requests and limits for containers that state none; `false` where a vendor's operator makes pods whose needs only it knows. @default true */
  readonly containerDefaults?: boolean;
}

/**
 * A namespace that starts closed: Pod Security enforced, all traffic denied both ways except DNS, and default requests and
 * limits for containers that state none.
 */
export class Namespace extends pulumi.ComponentResource {
  /** The plain name, for selectors and host names. */
  readonly name: string;
  /** The name as an output of the namespace: what uses it is created after the namespace. */
  readonly reference: pulumi.Output<string>;
  /** Further labels of every object in it, selectors included. */
  readonly common: Labels;
  private readonly system: string;

  constructor(name: string, args: NamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:foundation:Namespace", name, {}, opts);
    const { level = "restricted", access = [], common = {}, containerDefaults = true } = args;
    this.name = args.name;
    this.system = args.system;
    this.common = common;

    const namespace = new k8s.core.v1.Namespace(
      name,
      { metadata: { name: args.name, labels: this.ownLabels(args, level), annotations: args.annotations ?? {} } },
      { parent: this },
    );
    this.reference = namespace.metadata.name;

    const inside = { parent: this, dependsOn: [namespace] };
    const policy = (policyName: string, spec: Access) =>
      new k8s.networking.v1.NetworkPolicy(
        `${name}-${policyName}`,
        accessPolicy({ name: policyName, namespace: args.name, labels: this.labels(policyName, "network") }, {}, spec),
        inside,
      );
    policy("default-deny", { ingress: [], egress: [nameResolution(args.network)] });
    if (access.length > 0) policy("access", mergeAccess(access));
    if (containerDefaults) new k8s.core.v1.LimitRange(`${name}-defaults`, this.containerDefaults(), inside);
    this.registerOutputs({ name: this.reference });
  }

  /** The recommended labels of everything that belongs to one workload. */
  labels(name: string, component: string): Labels {
    return {
      ...this.selector(name),
      "app.kubernetes.io/instance": name,
      "app.kubernetes.io/component": component,
      "app.kubernetes.io/managed-by": "pulumi",
    };
  }

  /** The labels that select a workload's pods. They never change during a workload's life, so no version belongs here. */
  selector(name: string): Labels {
    return { ...this.common, "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": this.system };
  }

  private ownLabels({ name, labels = {} }: NamespaceArgs, level: PodSecurityLevel): Labels {
    return {
      ...this.labels(name, "namespace"),
      ...labels,
      "pod-security.kubernetes.io/enforce": level,
      "pod-security.kubernetes.io/audit": level,
      "pod-security.kubernetes.io/warn": level,
    };
  }

  /** Applies to containers of third-party charts only: our own workloads always state theirs. */
  private containerDefaults(): k8s.core.v1.LimitRangeArgs {
    return {
      metadata: {
        name: "container-defaults",
        namespace: this.name,
        labels: this.labels("container-defaults", "namespace"),
      },
      spec: {
        limits: [
          {
            type: "Container",
            defaultRequest: { cpu: "50m", memory: "128Mi" },
            default: { cpu: "1", memory: "512Mi" },
          },
        ],
      },
    };
  }
}

function mergeAccess(access: readonly Access[]): Access {
  const ingress = access.flatMap((entry) => entry.ingress ?? []);
  const egress = access.flatMap((entry) => entry.egress ?? []);
  return { ...(ingress.length > 0 && { ingress }), ...(egress.length > 0 && { egress }) };
}
