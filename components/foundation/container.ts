import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { resourceRequirements, type Resources } from "./resources";

type KubernetesContainer = k8s.types.input.core.v1.Container;
type LifecycleHandler = k8s.types.input.core.v1.LifecycleHandler;
export type Probe = k8s.types.input.core.v1.Probe;
export type VolumeSource = Omit<k8s.types.input.core.v1.Volume, "name">;

/** Long-running containers must say how their state is seen. `startup` covers slow starts; without it `ready` and `live` apply at once. */
export interface Probes {
  readonly startup?: Probe | undefined;
  readonly ready: Probe;
  readonly live: Probe;
}

/** A volume and the folder where a container sees it. Read-only unless it is a scratch folder or a claim. */
export interface Mount {
  readonly name: string;
  readonly path: string;
  /** One file of the volume instead of all: `path` is then a file. */
  readonly subPath?: string;
  /** Absent for a volume claim of a stateful workload, whose volume Kubernetes makes. */
  readonly source?: VolumeSource;
  readonly writable?: true;
}

/** One key of a Secret as a variable. Files are better; see {@link SECRET_VARIABLES_ANNOTATION}. */
export interface SecretVariable {
  readonly secretName: pulumi.Input<string>;
  readonly key: string;
}

export type Variable = pulumi.Input<string> | SecretVariable;

/** One container, hardened; see {@link podSpec}. */
export interface Container {
  readonly name: string;
  /** Full reference with tag or digest. */
  readonly image: string;
  readonly command?: readonly string[] | undefined;
  readonly args?: readonly string[] | undefined;
  /** Name to port number. */
  readonly ports?: Readonly<Record<string, number>>;
  readonly environment?: Readonly<Record<string, Variable>>;
  readonly resources: Resources;
  readonly probes?: Probes | undefined;
  readonly mounts?: readonly Mount[];
}

/** A writable scratch folder that dies with the pod. `memory` ones count against the container's memory limit. */
export function scratch(name: string, path: string, sizeLimit: string, medium: "disk" | "memory" = "disk"): Mount {
  const emptyDir = { sizeLimit, ...(medium === "memory" && { medium: "Memory" }) };
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

/** How often a probe asks, and how often it may fail in a row. */
export interface Patience {
  /** @default 10 */
  readonly periodSeconds?: number;
  /** @default 3 */
  readonly failureThreshold?: number;
}

/** Probe by HTTP GET on a named port. */
export function http(path: string, port: string, patience: Patience = {}): Probe {
  return { httpGet: { path, port }, ...withDefaults(patience) };
}

/** Probe by opening a named port. */
export function tcp(port: string, patience: Patience = {}): Probe {
  return { tcpSocket: { port }, ...withDefaults(patience) };
}

/** Probe by a command inside the container. */
export function exec(command: readonly string[], patience: Patience = {}): Probe {
  return { exec: { command: [...command] }, ...withDefaults(patience) };
}

function withDefaults({ periodSeconds = 10, failureThreshold = 3 }: Patience) {
  return { periodSeconds, failureThreshold, timeoutSeconds: 5 };
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
    env: Object.entries(environment).map(([variable, value]) => environmentVariable(variable, value)),
    resources: resourceRequirements(resources),
    ...(probes && {
      ...(probes.startup && { startupProbe: probes.startup }),
      readinessProbe: probes.ready,
      livenessProbe: probes.live,
    }),
    lifecycle: { preStop: preStopHook },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: mounts.map(({ name: volume, path, subPath, writable }) => ({
      name: volume,
      mountPath: path,
      ...(subPath && { subPath }),
      readOnly: !writable,
    })),
  };
}

function environmentVariable(name: string, value: Variable) {
  if (typeof value === "object" && "secretName" in value)
    return { name, valueFrom: { secretKeyRef: { name: value.secretName, key: value.key } } };
  return { name, value };
}
