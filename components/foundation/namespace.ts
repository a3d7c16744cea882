import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels, PART_OF } from "./names";
import { type Access, accessPolicy } from "./network";

/** Pod Security Standards, as the API server enforces them. */
export type PodSecurityLevel = "restricted" | "baseline" | "privileged";

export interface NamespaceArgs {
  /** Name of the namespace; fixed, because renaming one means replacing everything in it. */
  readonly name: string;
  /** @default "restricted" */
  readonly level?: PodSecurityLevel;
  /** Flows whose other end is no pod of this cluster. Flows between our pods come from connections. @default none */
  readonly access?: readonly Access[];
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

  constructor(name: string, args: NamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:foundation:Namespace", name, {}, opts);
    const { level = "restricted", access = [] } = args;
    const own = { parent: this };

    const namespace = new k8s.core.v1.Namespace(
      name,
      { metadata: { name: args.name, labels: namespaceLabels(args.name, level) } },
      own,
    );
    this.name = args.name;
    this.reference = namespace.metadata.name;

    const inside = { parent: this, dependsOn: [namespace] };
    new k8s.networking.v1.NetworkPolicy(`${name}-default-deny`, defaultDeny(args.name), inside);
    for (const entry of access)
      new k8s.networking.v1.NetworkPolicy(`${name}-${entry.name}`, accessPolicy(entry, args.name), inside);
    new k8s.core.v1.LimitRange(`${name}-defaults`, containerDefaults(args.name), inside);
    this.registerOutputs({ name: this.reference });
  }
}

function namespaceLabels(name: string, level: PodSecurityLevel) {
  return {
    ...labels(name, "namespace"),
    "pod-security.kubernetes.io/enforce": level,
    "pod-security.kubernetes.io/audit": level,
    "pod-security.kubernetes.io/warn": level,
  };
}

/** No policy type without a rule is open: both directions are closed, name resolution excepted. */
function defaultDeny(namespace: string): k8s.networking.v1.NetworkPolicyArgs {
  const dns = {
    to: [
      {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
        podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
      },
    ],
    ports: [
      { protocol: "UDP", port: 53 },
      { protocol: "TCP", port: 53 },
    ],
  };
  return {
    metadata: { name: "default-deny", namespace, labels: labels(PART_OF, "network") },
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"], egress: [dns] },
  };
}

/** Applies to containers of third-party charts only: our own workloads always state theirs. */
function containerDefaults(namespace: string): k8s.core.v1.LimitRangeArgs {
  return {
    metadata: { name: "container-defaults", namespace, labels: labels(PART_OF, "namespace") },
    spec: {
      limits: [
        { type: "Container", defaultRequest: { cpu: "50m", memory: "128Mi" }, default: { cpu: "1", memory: "512Mi" } },
      ],
    },
  };
}
