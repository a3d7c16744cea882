import { stacks } from "../support/program";
import {
  type Container,
  type KubernetesObject,
  object,
  objectsIn,
  type ServiceSpec,
  type WorkloadSpec,
} from "../support/objects";
import type { Recorded } from "../support/mocks";

/** The stack whose rows the tests of this folder with its name hold, and where its own objects live. */
export const STACK = "web-platform";
export const NAMESPACE = "ai-platform";

/** Path of its stack file from the root. */
export const STACK_FILE = stacks.find(([name]) => name === STACK)?.[1] ?? "";

export type Part = "frontend" | "backend" | "database" | "redis";
export const PARTS: readonly Part[] = ["frontend", "backend", "database", "redis"];

/** The Deployment or StatefulSet of a part. */
export function workload(recorded: Recorded, part: Exclude<Part, "database">): KubernetesObject<WorkloadSpec> {
  return object(recorded, part === "redis" ? "StatefulSet" : "Deployment", `ai-platform-${part}`);
}

/** A part's own container. */
export function container(recorded: Recorded, part: Exclude<Part, "database">): Container {
  return workload(recorded, part).spec.template.spec.containers[0];
}

export function service(recorded: Recorded, part: Part): KubernetesObject<ServiceSpec> {
  return object(recorded, "Service", `ai-platform-${part}`);
}

/** All Deployments and StatefulSets of the system. */
export function workloads(recorded: Recorded): KubernetesObject<WorkloadSpec>[] {
  return objectsIn(recorded, NAMESPACE, "Deployment", "StatefulSet");
}

/** All their containers, those beside the parts' own included. */
export function containers(recorded: Recorded): Container[] {
  return workloads(recorded).flatMap(({ spec }) => spec.template.spec.containers);
}

/** The parts of the operator's Cluster that tests ask for. */
export interface ClusterSpec {
  readonly instances: number;
  readonly imageName: string;
  readonly inheritedMetadata: { readonly labels: object };
  readonly bootstrap: { readonly initdb: Readonly<Record<string, unknown>> };
  readonly storage: object;
  readonly resources: object;
  readonly probes: object;
  readonly postgresql: { readonly parameters: Readonly<Record<string, string>>; readonly synchronous: object };
}

export function cluster(recorded: Recorded): KubernetesObject<ClusterSpec> {
  return object(recorded, "Cluster", "ai-platform-database");
}
