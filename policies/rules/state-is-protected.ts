import type { KubernetesObject } from "../kubernetes";
import { resourceRule, violation } from "../rule";

export const stateIsProtected = resourceRule({
  name: "state-is-protected",
  why: "One removed line of the program, or a destroy of the wrong stack, would delete the data with the object.",
  fix: "set the option protect: true; a stack without data worth keeping switches this rule off",
  check: (object) => (holdsState(object) && object.protect.value !== true ? [violation(object.protect, "true")] : []),
});

function holdsState(object: KubernetesObject): boolean {
  return (
    object.is("apps", "StatefulSet") ||
    object.is("core", "PersistentVolumeClaim", "PersistentVolume") ||
    object.is("postgresql.cnpg.io", "Cluster")
  );
}
