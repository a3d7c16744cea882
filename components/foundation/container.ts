import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

type KubernetesContainer = k8s.types.input.core.v1.Container;
type LifecycleHandler = k8s.types.input.core.v1.LifecycleHandler;
type Probe = k8s.types.input.core.v1.Probe;
export type VolumeSource = Omit<k8s.types.input.core.v1.Volume, "name">;

/** Requests and limits. Memory is not overcommitted: its limit equals its request, so no pod dies for another's appetite. */
export interface Resources {
  /** CPU request, as in `250m` or `2`. */
  readonly cpu: string;
  /** CPU limit. @default four times the request, for start-up and bursts */
  readonly cpuLimit?: string;
  /** Memory request and limit in MiB. */
  readonly memoryMiB: number;
  /** NVIDIA GPUs. @default 0 */
  readonly gpus?: number;
}

/** Long-running containers must say how their state is seen. `startup` covers slow starts; without it `ready` and `live` apply at once. */
export interface Probes {
  readonly startup?: Probe;
  readonly ready: Probe;
  readonly live: Probe;
}

/** A volume and the folder where a container sees it. Read-only unless it is a scratch folder or a claim. */
export interface Mount {
  readonly name: string;
  readonly path: string;
  /** Absent for a volume claim of a stateful workload, whose volume Kubernetes makes. */
  readonly source?: VolumeSource;
  readonly writable?: true;
}

/** One container, hardened; see {@link podSpec}. */
export interface Container {
  readonly name: string;
  /** Full reference with tag or digest. */
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  /** Name to port number. */
  readonly ports?: Readonly<Record<string, number>>;
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  readonly resources: Resources;
  readonly probes?: Probes;
  readonly mounts?: readonly Mount[];
}

/** A writable scratch folder that dies with the pod. `memory` ones count against the container's memory limit. */
export function scratch(name: string, path: string, sizeMiB: number, medium: "disk" | "memory" = "disk"): Mount {
  const emptyDir = { sizeLimit: `${sizeMiB}Mi`, ...(medium === "memory" && { medium: "Memory" }) };
  return { name, path, source: { emptyDir }, writable: true };
}

/** The keys of a ConfigMap as files. */
export function configFiles(name: string, path: string, configMap: pulumi.Input<string>): Mount {
  return { name, path, source: { configMap: { name: configMap } } };
}

/** A volume claim template's volume, by its name. */
export function claim(name: string, path: string): Mount {
  return { name, path, writable: true };
}

/** Probe by HTTP GET on a named port. */
export function http(path: string, port: string, periodSeconds = 10, failureThreshold = 3): Probe {
  return { httpGet: { path, port }, periodSeconds, failureThreshold, timeoutSeconds: 5 };
}

/** Probe by opening a named port. */
export function tcp(port: string, periodSeconds = 10, failureThreshold = 3): Probe {
  return { tcpSocket: { port }, periodSeconds, failureThreshold, timeoutSeconds: 5 };
}

/** Probe by a command inside the container. */
export function exec(command: readonly string[], periodSeconds = 10, failureThreshold = 3): Probe {
  return { exec: { command: [...command] }, periodSeconds, failureThreshold, timeoutSeconds: 5 };
}

/** The container as Kubernetes wants it: no escalation, no capabilities, a root file system that cannot be written. */
export function kubernetesContainer(container: Container, preStopHook: LifecycleHandler): KubernetesContainer {
  const { name, image, command, args, ports = {}, environment = {}, resources, probes, mounts = [] } = container;
  return {
    name,
    image,
    imagePullPolicy: "IfNotPresent",
    ...(command && { command: [...command] }),
    ...(args && { args: [...args] }),
    ports: Object.entries(ports).map(([portName, containerPort]) => ({
      name: portName,
      containerPort,
      protocol: "TCP",
    })),
    env: Object.entries(environment).map(([variable, value]) => ({ name: variable, value })),
    resources: resourceRequirements(resources),
    ...(probes && {
      ...(probes.startup && { startupProbe: probes.startup }),
      readinessProbe: probes.ready,
      livenessProbe: probes.live,
      lifecycle: { preStop: preStopHook },
    }),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: mounts.map((mount) => ({ name: mount.name, mountPath: mount.path, readOnly: !mount.writable })),
  };
}

function resourceRequirements({ cpu, cpuLimit = fourTimes(cpu), memoryMiB, gpus = 0 }: Resources) {
  const gpu = gpus > 0 ? { "nvidia.com/gpu": String(gpus) } : {};
  const memory = `${memoryMiB}Mi`;
  return { requests: { cpu, memory, ...gpu }, limits: { cpu: cpuLimit, memory, ...gpu } };
}

/** `250m` -> `1000m`, `2` -> `8`. */
function fourTimes(cpu: string): string {
  return cpu.endsWith("m") ? `${4 * Number(cpu.slice(0, -1))}m` : String(4 * Number(cpu));
}
