import { setTimeout as sleep } from "node:timers/promises";

import { run } from "../process.ts";
import { step } from "../progress.ts";

/** The parts of a workload or pod that say whether it is ready. */
export interface ClusterObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly generation?: number;
  };
  readonly spec?: { readonly replicas?: number; readonly suspend?: boolean };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
    readonly desiredNumberScheduled?: number;
    readonly numberReady?: number;
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

/** Access to one cluster. */
export interface Cluster {
  readonly kubectl: string;
  readonly kubeconfig: string;
}

/** How often the cluster is asked, in milliseconds. */
const interval = 1_000;
/** The engine has waited for each resource already; what is left are the charts' own pods. In milliseconds. */
const patience = 5 * 60_000;

/** Waits until every workload and pod of the platform is ready. Throws with what is not when patience ends. */
export async function waitUntilReady(cluster: Cluster): Promise<void> {
  await step(
    "everything ready",
    async (note) => {
      const deadline = Date.now() + patience;
      for (;;) {
        const objects = await workloads(cluster);
        const waiting = objects.flatMap((object) => unready(object) ?? []);
        if (waiting.length === 0) return objects.length;
        if (Date.now() > deadline) {
          throw new Error(`Not ready after ${patience / 60_000} minutes:\n  ${waiting.slice(0, 20).join("\n  ")}`);
        }
        note(`waiting for ${waiting.length}, for example ${waiting[0]}`);
        await sleep(interval);
      }
    },
    (count) => `${count} workloads and pods`,
  );
}

/** The workloads and pods in the platform's namespaces. */
export async function workloads({ kubectl, kubeconfig }: Cluster): Promise<ClusterObject[]> {
  const get = async (...line: string[]) =>
    (JSON.parse(await run(kubectl, ["--kubeconfig", kubeconfig, "get", "-o", "json", ...line])) as List).items;
  const namespaces = await get("namespaces", "-l", "app.kubernetes.io/part-of=ai-platform");
  const ours = new Set(namespaces.map(({ metadata }) => metadata.name));
  const objects = await get("deployments,statefulsets,daemonsets,jobs,pods", "--all-namespaces");
  return objects.filter(({ metadata }) => ours.has(metadata.namespace));
}

/** What an object still waits for, in words; undefined when it is ready. */
export function unready(object: ClusterObject): string | undefined {
  const { kind, metadata, status = {} } = object;
  const reason = kind === "Pod" ? podReason(status) : kind === "Job" ? jobReason(object) : workloadReason(object);
  return reason && `${kind} ${metadata.namespace}/${metadata.name}: ${reason}`;
}

function workloadReason({ kind, metadata, spec, status = {} }: ClusterObject): string | undefined {
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) return "not seen by its controller yet";
  if (kind === "DaemonSet") return short(status.numberReady, status.desiredNumberScheduled ?? 0, "ready");
  const wanted = spec?.replicas ?? 1;
  return short(status.readyReplicas, wanted, "ready") ?? short(status.updatedReplicas, wanted, "updated");
}

/** An absent count is 0: the API server leaves zeros out. */
function short(count = 0, wanted: number, state: string): string | undefined {
  return count < wanted ? `${count} of ${wanted} pods ${state}` : undefined;
}

function jobReason({ spec, status = {} }: ClusterObject): string | undefined {
  if (spec?.suspend || conditionOf(status, "Complete")?.status === "True") return undefined;
  const failed = conditionOf(status, "Failed");
  return failed?.status === "True" ? `failed: ${failed.message ?? "no reason given"}` : "not complete";
}

function podReason(status: NonNullable<ClusterObject["status"]>): string | undefined {
  if (status.phase === "Succeeded" || conditionOf(status, "Ready")?.status === "True") return undefined;
  const message = conditionOf(status, "PodScheduled")?.message ?? conditionOf(status, "Ready")?.message;
  return message ?? `not ready, ${status.phase ?? "no phase yet"}`;
}

function conditionOf(status: NonNullable<ClusterObject["status"]>, type: string) {
  return status.conditions?.find((condition) => condition.type === type);
}

interface List {
  readonly items: ClusterObject[];
}
