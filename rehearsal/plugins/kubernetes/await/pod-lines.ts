import { conditionsOf, type KubeObject } from "../objects/object.ts";
import type { View } from "./rule.ts";

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly terminated?: { readonly reason?: string; readonly message?: string; readonly exitCode: number };
}

interface PodStatus {
  readonly initContainerStatuses?: readonly ContainerStatus[];
  readonly containerStatuses?: readonly ContainerStatus[];
}

interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

/** What is wrong with the pods of `owner`, one line per finding. */
export async function podLines(owner: KubeObject, view: View): Promise<string[]> {
  const pods = await view.list("v1", "Pod", owner.metadata.namespace);
  return pods
    .filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid))
    .flatMap(linesOf);
}

export function linesOf(pod: KubeObject): string[] {
  const { initContainerStatuses = [], containerStatuses = [] } = (pod["status"] ?? {}) as PodStatus;
  const conditions = conditionsOf(pod)
    .filter(({ status, message }) => status === "False" && message)
    .map(({ message }) => message ?? "");
  const containers = [...initContainerStatuses, ...containerStatuses].flatMap(containerFindings);
  const { namespace, name } = pod.metadata;
  return [...new Set([...conditions, ...containers])].map((finding) => `[Pod ${namespace}/${name}]: ${finding}`);
}

function containerFindings({ name, ready, state = {}, lastState = {} }: ContainerStatus): string[] {
  if (ready) return [];
  const ended = state.terminated?.exitCode === 0 ? undefined : state.terminated;
  const findings = [
    waitingText(state),
    ended && `termination: ${endText(ended)}`,
    lastState.terminated && `last termination: ${endText(lastState.terminated)}`,
  ];
  return findings
    .filter((finding) => finding !== undefined)
    .map((finding) => `container ${name}: ${finding}`.trimEnd());
}

function waitingText({ waiting }: ContainerState): string | undefined {
  if (!waiting?.reason || waiting.reason === "ContainerCreating") return undefined;
  return `[${waiting.reason}] ${waiting.message ?? ""}`;
}

function endText({ reason, exitCode, message = "" }: NonNullable<ContainerState["terminated"]>): string {
  return `[${reason ?? `exit code ${exitCode}`}] ${message}`;
}
