import { stringify } from "yaml";

import type { Addresses } from "../cluster/addresses.ts";

/** The node's name, and the value of its labels. */
export const nodeName = "real";
/** Label and taint of the node: a pod runs there that has the one as its selector and tolerates the other. */
export const placement = { key: "rehearsal.ai-platform/node", value: nodeName } as const;

/** Where the node finds its own folder: short, because the names of sockets may have 108 characters. */
export const nodeHome = "/run/node";
export const runtimeSocket = "/run/containerd/containerd.sock";
export const pauseImage = "rehearsal.ai-platform/pause:1";

/** What the configuration depends on. */
export interface NodeSettings {
  readonly addresses: Addresses;
  /** The API server's port; the machine's end of the link passes it on. */
  readonly apiPort: number;
  /** Files of the control plane: authority, certificate and key. */
  readonly pki: { readonly ca: string; readonly certificate: string; readonly key: string };
  /** Folder of the network plugins. */
  readonly networkPlugins: string;
  /** Parent of the control groups of all pods. */
  readonly controlGroup: string;
}

/** Every file that the node's programs read, by name. */
export function configurationFiles(settings: NodeSettings): Readonly<Record<string, string>> {
  return {
    "kubeconfig.yaml": kubeconfig(settings),
    "kubelet.yaml": stringify(kubelet(settings)),
    "kube-proxy.yaml": stringify(kubeProxy(settings)),
    "containerd.toml": containerd(settings),
    "10-pods.conflist": JSON.stringify(podNetwork(settings), undefined, 2),
    // The names of this machine's network are none of the pods' business.
    "resolv.conf": "",
  };
}

function kubeconfig({ addresses, apiPort, pki }: NodeSettings): string {
  const server = `https://${addresses.machine}:${apiPort}`;
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "rehearsal", cluster: { server, "certificate-authority": pki.ca } }],
    users: [{ name: "node", user: { "client-certificate": pki.certificate, "client-key": pki.key } }],
    contexts: [{ name: "rehearsal", context: { cluster: "rehearsal", user: "node" } }],
    "current-context": "rehearsal",
  });
}

function kubelet({ addresses, pki, controlGroup }: NodeSettings) {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: addresses.node,
    authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: pki.ca } },
    authorization: { mode: "Webhook" },
    cgroupDriver: "cgroupfs",
    cgroupRoot: controlGroup,
    clusterDNS: [addresses.dns],
    clusterDomain: "cluster.local",
    containerRuntimeEndpoint: `unix://${runtimeSocket}`,
    podLogsDir: `${nodeHome}/pod-logs`,
    resolvConf: `${nodeHome}/configuration/resolv.conf`,
    registerWithTaints: [{ ...placement, effect: "NoSchedule" }],
    maxPods: 100,
    failCgroupV1: false,
    failSwapOn: false,
    // Images are imported, so nothing may remove one, and there is no registry that could be asked about it.
    imageGCHighThresholdPercent: 100,
    imagePullCredentialsVerificationPolicy: "NeverVerify",
    // A developer's disk is often nearly full; the rehearsal's own steps check what they need.
    evictionHard: { "memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%" },
  };
}

function kubeProxy({ addresses }: NodeSettings) {
  return {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "nftables",
    hostnameOverride: nodeName,
    bindAddress: addresses.node,
    healthzBindAddress: `${addresses.node}:10256`,
    metricsBindAddress: `${addresses.node}:10249`,
    clientConnection: { kubeconfig: `${nodeHome}/configuration/kubeconfig.yaml` },
    clusterCIDR: addresses.pods,
    // The table of connections is one for the whole machine: its size is the machine's owner's.
    conntrack: { maxPerCore: 0 },
  };
}

function containerd({ networkPlugins, controlGroup }: NodeSettings): string {
  return `version = 2
root = "${nodeHome}/containerd"
state = "/run/containerd"
# Root in a container may lack what it takes to lower a score.
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  restrict_oom_score_adj = true
  enable_unprivileged_ports = true
  enable_unprivileged_icmp = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${networkPlugins}"
    conf_dir = "${nodeHome}/configuration"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
[cgroup]
  path = "${controlGroup}/containerd"
`;
}

/** Every pod hangs on a wire of its own, so all traffic is routed, and the node's packet filter sees all of it. */
function podNetwork({ addresses }: NodeSettings) {
  return {
    cniVersion: "1.0.0",
    name: "pods",
    plugins: [
      {
        type: "ptp",
        ipMasq: false,
        ipam: {
          type: "host-local",
          dataDir: "/run/pod-addresses",
          ranges: [[{ subnet: addresses.pods }]],
          routes: [{ dst: "0.0.0.0/0" }],
        },
      },
    ],
  };
}
