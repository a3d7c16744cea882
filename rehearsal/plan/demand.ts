import type { Recorded, Registered } from "../offline/record.ts";

/** What one kind of pod asks for, at least and at most so many of them. */
export interface Demand {
  readonly part: string;
  readonly pods: { readonly min: number; readonly max: number };
  /** Of one pod. */
  readonly milliCpu: number;
  readonly memoryMiB: number;
  readonly gpus: number;
  /** Volumes that come and go with one pod. */
  readonly volumesMiB: number;
}

/** Volumes that outlive pods. */
export interface Storage {
  readonly part: string;
  readonly mebibytes: number;
}

interface Container {
  readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
}

interface PodSpec {
  readonly containers: readonly Container[];
  readonly volumes?: readonly {
    readonly ephemeral?: { readonly volumeClaimTemplate: { readonly spec: ClaimSpec } };
  }[];
}

interface ClaimSpec {
  readonly resources: { readonly requests: { readonly storage: string } };
}

/** The demand of every workload that the program itself declares. */
export function demandsOf(recorded: Recorded): Demand[] {
  const workloads = [...recorded.ofType("Deployment"), ...recorded.ofType("StatefulSet")];
  const own = workloads.map((workload) => {
    const { replicas = 1, template } = workload.inputs["spec"] as {
      replicas?: number;
      template: { spec: PodSpec };
    };
    const pods = bounds(recorded, workload) ?? { min: replicas, max: replicas };
    return { part: partOf(recorded, workload), pods, ...ofPod(template.spec) };
  });
  return [...own, ...recorded.ofType("Cluster").map((cluster) => ofCluster(recorded, cluster))];
}

/** The claims that the program itself declares, and the volumes of PostgreSQL clusters. */
export function storageOf(recorded: Recorded): Storage[] {
  const claims = recorded.ofType("PersistentVolumeClaim").map((claim) => ({
    part: partOf(recorded, claim),
    mebibytes: mebibytes((claim.inputs["spec"] as ClaimSpec).resources.requests.storage),
  }));
  const clusters = recorded.ofType("Cluster").map((cluster) => {
    const { instances, storage } = cluster.inputs["spec"] as { instances: number; storage: { size: string } };
    return { part: partOf(recorded, cluster), mebibytes: instances * mebibytes(storage.size) };
  });
  return [...claims, ...clusters];
}

function ofCluster(recorded: Recorded, cluster: Registered): Demand {
  const { instances, resources } = cluster.inputs["spec"] as { instances: number } & Required<Container>;
  const pods = { min: instances, max: instances };
  return { part: partOf(recorded, cluster), pods, ...ofPod({ containers: [{ resources }] }) };
}

/** Requests of a pod's containers together, and the volumes it brings. */
export function ofPod({ containers, volumes = [] }: PodSpec): Omit<Demand, "part" | "pods"> {
  const sum = (resource: string, amount: (text: string) => number) =>
    containers.reduce((total, { resources }) => total + amount(resources?.requests?.[resource] ?? "0"), 0);
  const ephemeral = volumes.flatMap((volume) => volume.ephemeral?.volumeClaimTemplate.spec ?? []);
  return {
    milliCpu: sum("cpu", millicores),
    memoryMiB: sum("memory", mebibytes),
    gpus: sum("nvidia.com/gpu", Number),
    volumesMiB: ephemeral.reduce((total, { resources }) => total + mebibytes(resources.requests.storage), 0),
  };
}

/** The autoscaler's bounds, for a workload that has one. */
function bounds(recorded: Recorded, workload: Registered): Demand["pods"] | undefined {
  const { name } = workload.inputs["metadata"] as { name: string };
  const specs = recorded.ofType("ScaledObject").map(({ inputs }) => inputs["spec"] as ScaledObjectSpec);
  const own = specs.find(({ scaleTargetRef }) => scaleTargetRef.name === name);
  return own && { min: own.minReplicaCount, max: own.maxReplicaCount };
}

interface ScaledObjectSpec {
  readonly scaleTargetRef: { readonly name: string };
  readonly minReplicaCount: number;
  readonly maxReplicaCount: number;
}

/** The part a resource belongs to: the outermost component around it. */
function partOf(recorded: Recorded, resource: Registered): string {
  const parent = recorded.resources.find(({ urn }) => urn === resource.parent);
  return parent && parent.type !== "pulumi:pulumi:Stack" ? partOf(recorded, parent) : resource.name;
}

const MEBIBYTES: Readonly<Record<string, number>> = { Ki: 1 / 1024, Mi: 1, Gi: 1024, Ti: 1024 * 1024, M: 0.953674 };

/** `1Gi` -> 1024; a number without a unit is bytes. */
export function mebibytes(quantity: string): number {
  const [, number = "0", unit = ""] = /^([\d.]+)([A-Za-z]*)$/.exec(quantity) ?? [];
  return Number(number) * (MEBIBYTES[unit] ?? 1 / (1024 * 1024));
}

/** `250m` -> 250, `2` -> 2000. */
export function millicores(cpu: string): number {
  return cpu.endsWith("m") ? Number(cpu.slice(0, -1)) : 1000 * Number(cpu);
}
