import { stringify } from "yaml";

import { tools, type ToolName } from "../tools/table.ts";

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

/**
 * What kwokctl is told. Everything listens on 127.0.0.1 only (its default is every interface, etcd without a password),
 * and stages are objects in the cluster, so that kinds which arrive with a chart can have stages too.
 */
export function configuration(binaries: ControlPlaneTools, ports: readonly number[]): string {
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
    },
    // A rehearsal may be lost with the machine's power; waiting for the disk at every write would slow all of it down.
    componentsPatches: [
      { name: "etcd", extraArgs: [{ key: "unsafe-no-fsync", value: "true" }] },
      // Their default of 20 to 50 requests a second is meant for clusters that others share.
      { name: "kube-controller-manager", extraArgs: requestRate },
      { name: "kube-scheduler", extraArgs: requestRate },
    ],
  });
}

const requestRate = [
  { key: "kube-api-qps", value: "500" },
  { key: "kube-api-burst", value: "1000" },
];
