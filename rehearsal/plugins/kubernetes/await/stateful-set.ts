import type { KubeObject } from "../objects/object.ts";
import { podLines } from "./pod-lines.ts";
import { READY, type Rule, waiting } from "./rule.ts";

interface Status {
  readonly observedGeneration: number;
  readonly replicas: number;
  readonly readyReplicas: number;
  readonly currentReplicas: number;
  readonly currentRevision: string;
  readonly updateRevision: string;
}

interface StatefulSet extends KubeObject {
  spec: { replicas?: number; updateStrategy?: { type?: string } };
  status?: Partial<Status>;
}

/** The controller leaves out counts of zero. */
const NOTHING: Status = {
  observedGeneration: 0,
  replicas: 0,
  readyReplicas: 0,
  currentReplicas: 0,
  currentRevision: "",
  updateRevision: "",
};

export const statefulSet: Rule = {
  check(object) {
    const { spec, status, metadata } = object as StatefulSet;
    const { generation = 0 } = metadata;
    const now: Status = { ...NOTHING, ...status };
    if (now.observedGeneration < generation) return waiting("not yet observed");
    const wanted = spec.replicas ?? 1;
    const findings = [...readinessFindings(now, wanted)];
    // Pods of an OnDelete set move to a new revision only when someone deletes them.
    const rollsOut = spec.updateStrategy?.type !== "OnDelete" || generation === 1;
    if (rollsOut) findings.push(...revisionFindings(now, wanted));
    return findings.length === 0 ? READY : waiting(...findings);
  },
  details: podLines,
};

function readinessFindings({ replicas, readyReplicas }: Status, wanted: number): string[] {
  if (replicas === wanted && readyReplicas === wanted) return [];
  return [`${readyReplicas} out of ${wanted} replicas succeeded readiness checks`];
}

function revisionFindings({ currentReplicas, currentRevision, updateRevision }: Status, wanted: number): string[] {
  const findings: string[] = [];
  if (currentReplicas !== wanted)
    findings.push(`${currentReplicas} out of ${wanted} replicas are of the current revision`);
  if (!currentRevision || currentRevision !== updateRevision) {
    findings.push(
      `StatefulSet controller failed to advance from revision "${currentRevision}" to revision "${updateRevision}"`,
    );
  }
  return findings;
}
