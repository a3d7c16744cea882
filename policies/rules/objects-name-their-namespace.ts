import type { KubernetesObject } from "../kubernetes";
import { podTemplates } from "../pods";
import { resourceRule, violation } from "../rule";

const SHARED = ["default", "kube-system", "kube-public", "kube-node-lease"];
const CORE = ["ConfigMap", "PersistentVolumeClaim", "Secret", "Service", "ServiceAccount"];

export const objectsNameTheirNamespace = resourceRule({
  name: "objects-name-their-namespace",
  why: "Without a namespace the kubeconfig of whoever deploys decides, and shared ones have none of our defences.",
  fix: "set the namespace to one that the program creates",
  check: (object) =>
    isNamespaced(object) && (object.namespace.absent || SHARED.includes(object.namespace.text ?? ""))
      ? [violation(object.namespace, "a namespace of the platform")]
      : [],
});

function isNamespaced(object: KubernetesObject): boolean {
  return object.isRelease || object.is("core", ...CORE) || podTemplates(object).length > 0;
}
