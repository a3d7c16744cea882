import type { KubernetesField, KubernetesObject } from "./kubernetes";

/** Where each kind keeps its pod template, by API group and kind. */
const templates: Readonly<Record<string, readonly string[]>> = {
  "apps/DaemonSet": ["spec", "template"],
  "apps/Deployment": ["spec", "template"],
  "apps/ReplicaSet": ["spec", "template"],
  "apps/StatefulSet": ["spec", "template"],
  "batch/CronJob": ["spec", "jobTemplate", "spec", "template"],
  "batch/Job": ["spec", "template"],
  "core/Pod": [],
  "core/PodTemplate": ["template"],
  "core/ReplicationController": ["spec", "template"],
  "keda.sh/ScaledJob": ["spec", "jobTargetRef", "template"],
};

/** The template of the pods that an object makes: `metadata` and `spec` are below it. Kinds without pods have none. */
export function podTemplates(object: KubernetesObject): KubernetesField[] {
  const path = templates[`${object.group}/${object.kind}`];
  return path ? [object.at(...path)] : [];
}

/** Pods that should be there all the time, unlike those of Jobs. */
export function isLongRunning(object: KubernetesObject): boolean {
  return object.is("apps", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet");
}

/** Kinds with a number of pods that an autoscaler may own. */
export function isReplicated(object: KubernetesObject): boolean {
  return object.is("apps", "Deployment", "ReplicaSet", "StatefulSet");
}

/** All containers of a template, init containers included. */
export function containers(template: KubernetesField): KubernetesField[] {
  return [...template.at("spec", "initContainers").items(), ...mainContainers(template)];
}

export function mainContainers(template: KubernetesField): KubernetesField[] {
  return template.at("spec", "containers").items();
}

/** All containers of all pods of an object. */
export function containersOf(object: KubernetesObject): KubernetesField[] {
  return podTemplates(object).flatMap(containers);
}

/** A security setting as it applies to a container: its own, or else that of its pod. */
export function securitySetting(
  template: KubernetesField,
  container: KubernetesField,
  ...keys: readonly string[]
): KubernetesField {
  const own = container.at("securityContext", ...keys);
  return own.absent ? template.at("spec", "securityContext", ...keys) : own;
}

/** Whether a container asks for GPUs, whole ones or slices, of any vendor. */
export function usesGpu(container: KubernetesField): boolean {
  return ["limits", "requests"]
    .flatMap((kind) => container.at("resources", kind).entries())
    .some(([resource, { value }]) => /\/(gpu|mig-[\w.-]+)$/.test(resource) && String(value) !== "0");
}

/** An annotation of the pod template, or else of the object itself. */
export function annotation(object: KubernetesObject, template: KubernetesField, key: string): KubernetesField {
  const own = template.at("metadata", "annotations", key);
  return own.absent ? object.at("metadata", "annotations", key) : own;
}
