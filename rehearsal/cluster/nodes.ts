import { tools } from "../tools/table.ts";
import type { NodePool } from "./profiles.ts";

/** The parts of a Node object that are given; KWOK reports the rest. */
export interface SimulatedNode {
  readonly apiVersion: "v1";
  readonly kind: "Node";
  readonly metadata: {
    readonly name: string;
    readonly annotations: Readonly<Record<string, string>>;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly providerID: string;
    readonly taints?: readonly { readonly key: string; readonly value: string; readonly effect: "NoSchedule" }[];
  };
  readonly status: {
    readonly allocatable: Readonly<Record<string, string>>;
    readonly capacity: Readonly<Record<string, string>>;
    readonly nodeInfo: Readonly<Record<string, string>>;
  };
}

/** The Node objects of some pools. KWOK keeps them Ready. */
export function nodesOf(pools: readonly NodePool[]): SimulatedNode[] {
  return pools.flatMap((pool) =>
    pool.zones.flatMap((zone) =>
      Array.from({ length: pool.perZone }, (_, index) =>
        node(pool, zone, `${pool.name}-${zone.slice(-1)}${index + 1}`),
      ),
    ),
  );
}

function node(pool: NodePool, zone: string, name: string): SimulatedNode {
  const room: Record<string, string> = {
    cpu: `${pool.milliCpu}m`,
    memory: `${pool.memoryMiB}Mi`,
    "ephemeral-storage": "500Gi",
    pods: "110",
    ...(pool.gpu && { "nvidia.com/gpu": String(pool.gpu.count) }),
  };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      annotations: { "kwok.x-k8s.io/node": "fake" },
      labels: {
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": pool.instanceType,
        "topology.kubernetes.io/region": "rehearsal",
        "topology.kubernetes.io/zone": zone,
        "rehearsal.ai-platform/node": "simulated",
        "rehearsal.ai-platform/pool": pool.name,
        ...(pool.gpu && {
          "nvidia.com/gpu.count": String(pool.gpu.count),
          ...(pool.gpu.memoryMiB && { "nvidia.com/gpu.memory": String(pool.gpu.memoryMiB) }),
          "nvidia.com/gpu.present": "true",
          "nvidia.com/gpu.product": pool.gpu.product,
        }),
      },
    },
    spec: {
      providerID: `rehearsal://${zone}/${name}`,
      ...(pool.gpu && { taints: [{ key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }] }),
    },
    status: { allocatable: room, capacity: room, nodeInfo: nodeInfo() },
  };
}

function nodeInfo(): SimulatedNode["status"]["nodeInfo"] {
  return {
    architecture: "amd64",
    bootID: "",
    containerRuntimeVersion: `kwok://${tools.kwok.version}`,
    kernelVersion: "simulated",
    kubeProxyVersion: "",
    kubeletVersion: `v${tools.kubectl.version}`,
    machineID: "",
    operatingSystem: "linux",
    osImage: "simulated",
    systemUUID: "",
  };
}
