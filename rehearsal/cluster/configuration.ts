import { join } from "node:path";

import { stringify } from "yaml";

import { tools, type ToolName } from "../tools/table.ts";
import type { Addresses } from "./addresses.ts";

/** The programs of a control plane. */
export const controlPlaneTools = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
  "kwokctl",
  "kubectl",
] as const satisfies readonly ToolName[];

export type ControlPlaneTools = Readonly<Record<(typeof controlPlaneTools)[number], string>>;

/** How many ports {@link configuration} takes. */
export const portCount = 6;

export interface ControlPlane {
  /** Where kwokctl keeps it. */
  readonly home: string;
  readonly binaries: ControlPlaneTools;
  readonly ports: readonly number[];
  readonly addresses: Addresses;
}

/**
 * What kwokctl is told. Everything listens on 127.0.0.1 only (its default is every interface, etcd without a password),
 * and stages are objects in the cluster, so that kinds which arrive with a chart can have stages too.
 */
export function configuration({ home, binaries, ports, addresses }: ControlPlane): string {
  const [apiserver, etcd, etcdPeer, controllerManager, scheduler, kwok] = ports;
  return stringify({
    apiVersion: "config.kwok.x-k8s.io/v1alpha1",
    kind: "KwokctlConfiguration",
    options: {
      runtime: "binary",
      bindAddress: "127.0.0.1",
      enableCRDs: ["Stage"],
      kubeVersion: `v${tools["kube-apiserver"].version}`,
      etcdBinary: binaries.etcd,
      kubeApiserverBinary: binaries["kube-apiserver"],
      kubeControllerManagerBinary: binaries["kube-controller-manager"],
      kubeSchedulerBinary: binaries["kube-scheduler"],
      kwokControllerBinary: binaries.kwok,
      kubectlBinary: binaries.kubectl,
      kubeApiserverPort: apiserver,
      etcdPort: etcd,
      etcdPeerPort: etcdPeer,
      kubeControllerManagerPort: controllerManager,
      kubeSchedulerPort: scheduler,
      kwokControllerPort: kwok,
      kubeApiserverCertSANs: [addresses.api, addresses.machine],
    },
    // A rehearsal may be lost with the machine's power; waiting for the disk at every write would slow all of it down.
    componentsPatches: [
      { name: "etcd", extraArgs: [{ key: "unsafe-no-fsync", value: "true" }] },
      // Their default of 20 to 50 requests a second is meant for clusters that others share.
      { name: "kube-controller-manager", extraArgs: requestRate },
      { name: "kube-scheduler", extraArgs: requestRate },
      { name: "kube-apiserver", extraArgs: flags(realNodes(home, addresses)) },
      // Its default is all nodes: it would play the real one too.
      { name: "kwok-controller", extraArgs: flags(simulatedNodesOnly) },
    ],
  });
}

const requestRate = flags({ "kube-api-qps": "500", "kube-api-burst": "1000" });

const simulatedNodesOnly = {
  "manage-all-nodes": "false",
  "manage-nodes-with-annotation-selector": "kwok.x-k8s.io/node=fake",
};

/** What the API server needs so that a real node can join: see rehearsal/node. */
function realNodes(home: string, { services, machine }: Addresses): Readonly<Record<string, string>> {
  return {
    "service-cluster-ip-range": services,
    "advertise-address": machine,
    "kubelet-client-certificate": join(home, "pki", "admin.crt"),
    "kubelet-client-key": join(home, "pki", "admin.key"),
    "kubelet-preferred-address-types": "InternalIP",
  };
}

function flags(values: Readonly<Record<string, string>>): { key: string; value: string }[] {
  return Object.entries(values).map(([key, value]) => ({ key, value }));
}
