import { absent, fails, type Outcome } from "./check.ts";
import type { Cluster } from "./cluster.ts";
import { condition, hasLabels, type Pod } from "./objects.ts";

/** Pods of one program. */
export interface Program {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

export const traefik: Program = {
  name: "Traefik",
  namespace: "traefik",
  labels: { "app.kubernetes.io/name": "traefik" },
};
export const prometheus: Program = {
  name: "Prometheus",
  namespace: "monitoring",
  labels: { "app.kubernetes.io/name": "prometheus" },
};
export const loki: Program = { name: "Loki", namespace: "logging", labels: { "app.kubernetes.io/name": "loki" } };
export const kedaOperator: Program = { name: "KEDA", namespace: "keda", labels: { app: "keda-operator" } };

/** Looks at a ready pod of a program, if the stack has the program and its pods are real. */
export async function withPod(
  cluster: Cluster,
  program: Program,
  look: (pod: Pod) => Promise<Outcome>,
): Promise<Outcome> {
  const pods = await podsOf(cluster, program);
  if (pods.length === 0) return absent(program.name);
  const pod = pods.find((one) => condition(one, "Ready")?.status === "True");
  if (!pod) return fails([`no pod of ${program.name} is ready`]);
  return (await onSimulatedNode(cluster, pod))
    ? { verdict: "simulated", detail: `${pod.metadata.name} cannot answer` }
    : look(pod);
}

/** Whether what a program says is only pretended. */
export async function isSimulated(cluster: Cluster, program: Program): Promise<boolean> {
  const [pod] = await podsOf(cluster, program);
  return pod !== undefined && onSimulatedNode(cluster, pod);
}

async function podsOf(cluster: Cluster, { namespace, labels }: Program): Promise<Pod[]> {
  return (await cluster.list<Pod>("pods", namespace)).filter((pod) => hasLabels(pod, labels));
}

/** KWOK marks the nodes that it pretends. */
async function onSimulatedNode(cluster: Cluster, { spec }: Pod): Promise<boolean> {
  const node = (await cluster.list("nodes")).find(({ metadata }) => metadata.name === spec.nodeName);
  return node?.metadata.annotations?.["kwok.x-k8s.io/node"] === "fake";
}
