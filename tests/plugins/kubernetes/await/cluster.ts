import { ruleFor } from "../../../../rehearsal/plugins/kubernetes/await/rules.ts";
import type { KubeObject } from "../../../../rehearsal/plugins/kubernetes/objects/object.ts";

export type Fields = { [key: string]: unknown };

export function object(apiVersion: string, kind: string, fields: Fields = {}, metadata: Fields = {}): KubeObject {
  return { apiVersion, kind, metadata: { name: "web", namespace: "apps", uid: `${kind}-1`, ...metadata }, ...fields };
}

/** What a rule says of the first object when the cluster holds all of them. */
export async function verdictOn(first: KubeObject, others: readonly KubeObject[] = [], isSettled = true) {
  const list = (apiVersion: string, kind: string) =>
    Promise.resolve([first, ...others].filter((it) => it.apiVersion === apiVersion && it.kind === kind));
  return (await ruleFor(first)?.check(first, { list, isSettled: () => isSettled })) ?? { ready: true };
}

export const available = { type: "Available", status: "True" };
export const rolledOut = { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" };
export const revision = (n: number) => ({ annotations: { "deployment.kubernetes.io/revision": String(n) } });

export function deployment(status: Fields, spec: Fields = {}, metadata: Fields = revision(1)): KubeObject {
  const full = { replicas: 2, template: {}, ...spec };
  return object("apps/v1", "Deployment", { spec: full, status }, { generation: 1, ...metadata });
}

export function replicaSet(readyReplicas: number, of = 1): KubeObject {
  const metadata = { ownerReferences: [{ uid: "Deployment-1" }], ...revision(of) };
  return object("apps/v1", "ReplicaSet", { spec: { replicas: 2 }, status: { readyReplicas } }, metadata);
}

export const good = { observedGeneration: 1, conditions: [available] };

export function statefulSet(status: Fields, spec: Fields = {}, metadata: Fields = {}): KubeObject {
  const counts = { observedGeneration: 2, replicas: 3, readyReplicas: 3, currentReplicas: 3 };
  const full = { ...counts, currentRevision: "b", updateRevision: "b", ...status };
  return object(
    "apps/v1",
    "StatefulSet",
    { spec: { replicas: 3, ...spec }, status: full },
    { generation: 2, ...metadata },
  );
}

export const asked = (waitFor: string, status: Fields) =>
  object("example.com/v1", "Room", { status }, { generation: 2, annotations: { "pulumi.com/waitFor": waitFor } });
export const condition = (status: string, more: Fields = {}) => ({ conditions: [{ type: "Ready", status, ...more }] });
