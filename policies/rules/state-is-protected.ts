import { isStateful } from "../custom-resources";
import { EXEMPT } from "../exemption";
import type { KubernetesObject } from "../kubernetes";
import { resourceRule, violation } from "../rule";

const NAME = "state-is-protected";

export const stateIsProtected = resourceRule({
  name: NAME,
  why: "One removed line of the program, or a destroy of the wrong stack, would delete the data with the object.",
  fix: `set the option protect: true, or say in the annotation ${EXEMPT}${NAME} why the data may go`,
  check: (object) => (holdsState(object) && object.protect.value !== true ? [violation(object.protect, "true")] : []),
});

function holdsState(object: KubernetesObject): boolean {
  return (
    object.is("apps", "StatefulSet") ||
    object.is("core", "PersistentVolumeClaim", "PersistentVolume") ||
    isStateful(object)
  );
}
