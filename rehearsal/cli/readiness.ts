import { setTimeout as sleep } from "node:timers/promises";

import { run } from "../process.ts";
import { step } from "../progress.ts";
import type { Cluster } from "./access.ts";
import type { Engine } from "./engine.ts";

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

/** How often the cluster is asked, in milliseconds. */
const interval = 1_000;
/** The engine has waited for each resource already; what is left are the charts' own pods. In milliseconds. */
const patience = 5 * 60_000;

/** Waits until every workload and pod of a stack is ready, and returns them. Throws with what is not when patience ends. */
export function waitUntilReady(engine: Engine): Promise<readonly ClusterObject[]> {
  return step(
    "everything ready",
    async (note) => {
      const deadline = Date.now() + patience;
      const namespaces = await namespacesOf(engine);
      for (;;) {
        const objects = await workloadsIn(engine.cluster, namespaces);
        const waiting = objects.flatMap((object) => unready(object) ?? []);
        if (waiting.length === 0) return objects;
        if (Date.now() > deadline) {
          throw new Error(`Not ready after ${patience / 60_000} minutes:\n  ${waiting.slice(0, 20).join("\n  ")}`);
        }
        note(`waiting for ${waiting.length}, for example ${waiting[0]}`);
        await sleep(interval);
      }
    },
    ({ length }) => `${length} workloads and pods`,
  );
}

/** The workloads and pods of a stack. */
export async function workloads(engine: Engine): Promise<readonly ClusterObject[]> {
  return workloadsIn(engine.cluster, await namespacesOf(engine));
}

/** The namespaces that a stack has made: what it installs lives nowhere else. */
async function namespacesOf(engine: Engine): Promise<readonly string[]> {
  const resources = (await engine.state())?.deployment?.resources ?? [];
  return resources.flatMap(({ type, id }) => (type === "kubernetes:core/v1:Namespace" ? (id ?? []) : []));
}

async function workloadsIn({ kubectl, kubeconfig }: Cluster, namespaces: readonly string[]): Promise<ClusterObject[]> {
  const line = ["get", "deployments,statefulsets,daemonsets,jobs,pods", "--all-namespaces", "--output=json"];
  const { items } = JSON.parse(await run(kubectl, ["--kubeconfig", kubeconfig, ...line])) as List;
  return items.filter(({ metadata }) => namespaces.includes(metadata.namespace));
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
