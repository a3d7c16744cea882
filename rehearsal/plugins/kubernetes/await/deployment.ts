import { conditionOf, conditionsOf, type KubeObject } from "../objects/object.ts";
import { podLines } from "./pod-lines.ts";
import { READY, type Rule, type View, waiting } from "./rule.ts";

const REVISION = "deployment.kubernetes.io/revision";

interface Deployment extends KubeObject {
  spec: { replicas?: number; template: { spec?: { volumes?: { persistentVolumeClaim?: { claimName: string } }[] } } };
  status?: { observedGeneration?: number };
}

interface ReplicaSet extends KubeObject {
  spec: { replicas?: number };
  status?: { readyReplicas?: number };
}

export const deployment: Rule = {
  async check(object, view) {
    const it = object as Deployment;
    if ((it.status?.observedGeneration ?? 0) < (it.metadata.generation ?? 0)) return waiting("not yet observed");
    if (it.spec.replicas === 0) return { ready: true, warning: `${it.metadata.name} has 0 replicas: nothing will run` };
    const findings = [
      ...conditionFindings(it),
      ...(await unboundClaims(it, view)),
      ...(await replicaFindings(it, view)),
    ];
    return findings.length === 0 ? READY : waiting(...findings);
  },
  async details(object, view) {
    const current = await currentReplicaSet(object, view);
    return current ? podLines(current, view) : [];
  },
};

function conditionFindings(it: Deployment): string[] {
  const findings = conditionsOf(it)
    .filter(({ status }) => status === "False")
    .map(({ reason, message }) => `[${reason}] ${message}`);
  if (findings.length > 0) return findings;
  if (conditionOf(it, "Available")?.status !== "True") return ["Deployment is not available yet"];
  const progressing = conditionOf(it, "Progressing");
  const isRollout = Number(it.metadata.annotations?.[REVISION] ?? 1) > 1;
  const isDone = progressing?.status === "True" && progressing.reason === "NewReplicaSetAvailable";
  return isRollout && !isDone ? ["the new ReplicaSet is not available yet"] : [];
}

async function unboundClaims(it: Deployment, view: View): Promise<string[]> {
  const names = (it.spec.template.spec?.volumes ?? []).flatMap(
    ({ persistentVolumeClaim: claim }) => claim?.claimName ?? [],
  );
  if (names.length === 0) return [];
  const claims = await view.list("v1", "PersistentVolumeClaim", it.metadata.namespace);
  const bound = claims.filter(({ status }) => (status as { phase?: string } | undefined)?.phase === "Bound");
  return names
    .filter((name) => !bound.some(({ metadata }) => metadata.name === name))
    .map((name) => `Failed to bind PersistentVolumeClaim: ${name}`);
}

async function replicaFindings(it: Deployment, view: View): Promise<string[]> {
  const current = (await currentReplicaSet(it, view)) as ReplicaSet | undefined;
  if (!current) return ["the ReplicaSet of the current revision does not exist yet"];
  const ready = current.status?.readyReplicas ?? 0;
  if (ready >= (current.spec.replicas ?? 1)) return [];
  return [`Minimum number of live Pods was not attained: ${ready} of ${current.spec.replicas} ready`];
}

async function currentReplicaSet(object: KubeObject, view: View): Promise<KubeObject | undefined> {
  const sets = await view.list("apps/v1", "ReplicaSet", object.metadata.namespace);
  return sets.find(
    ({ metadata }) =>
      metadata.ownerReferences?.some(({ uid }) => uid === object.metadata.uid) &&
      metadata.annotations?.[REVISION] === object.metadata.annotations?.[REVISION],
  );
}
