import { attempt, CommandFailed } from "../process.ts";
import { get } from "./forward.ts";
import type { KubernetesObject, Pod } from "./objects.ts";

/** What pods answered. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** What checks ask of a cluster. */
export interface Cluster {
  /** Objects of a kind, as kubectl spells it, in a namespace or in all; none where the cluster does not know the kind. */
  list<T extends KubernetesObject>(kind: string, namespace?: string): Promise<T[]>;
  /** A pod's answer on one of its ports, whatever the network policies say. */
  ask(pod: Pod, port: number, path: string): Promise<Answer>;
}

export interface Access {
  readonly kubectl: string;
  readonly kubeconfig: string;
}

/** A cluster behind a kubeconfig. */
export function connect(access: Access): Cluster {
  return {
    list: (kind, namespace) => list(access, kind, namespace),
    ask: (pod, port, path) => get(access, pod, port, path),
  };
}

async function list<T>({ kubectl, kubeconfig }: Access, kind: string, namespace?: string): Promise<T[]> {
  const where = namespace === undefined ? ["--all-namespaces"] : ["--namespace", namespace];
  const line = ["--kubeconfig", kubeconfig, "get", kind, ...where, "-o", "json"];
  const result = await attempt(kubectl, line);
  if (result.code === 0) return (JSON.parse(result.stdout) as { items: T[] }).items;
  if (result.stderr.includes("the server doesn't have a resource type")) return [];
  throw new CommandFailed(`kubectl get ${kind}`, result);
}
