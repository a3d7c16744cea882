import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Toleration } from "./placement";

export interface ClusterArgs {
  /** Context of the kubeconfig that $KUBECONFIG (or ~/.kube/config) names. @default its current context */
  readonly context?: string | undefined;
}

/** What no selector can name: where the cluster resolves names, and where its API server answers. */
export interface ClusterNetwork {
  /** Address ranges of name servers that are no pods of `kube-system`. */
  readonly dnsAddresses: readonly string[];
  /** Address ranges of the API server. Empty: any address, on these ports. */
  readonly apiAddresses: readonly string[];
  readonly apiPorts: readonly number[];
}

/** What nodes and pods of the cluster are like. */
export interface ClusterNodes {
  /** Processor of the nodes our pods run on, where the cluster has several kinds. */
  readonly architecture?: "amd64" | "arm64" | undefined;
  /** Taints of nodes that every pod of the system may run on. */
  readonly tolerations: readonly Toleration[];
  /** Whether pods have IPv6 addresses that servers must listen on. */
  readonly ipv6: boolean;
}

/** The one Kubernetes provider, as the options every component takes. */
export function connect({ context }: ClusterArgs): pulumi.ComponentResourceOptions {
  const provider = new k8s.Provider("cluster", {
    ...(context && { context }),
    // client-go's own limits (50 and 120) slow a deployment of several hundred objects; the API server protects itself.
    kubeClientSettings: { qps: 100, burst: 200 },
  });
  return { providers: { kubernetes: provider } };
}
