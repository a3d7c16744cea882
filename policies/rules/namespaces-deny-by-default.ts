import type { KubernetesField, KubernetesObject } from "../kubernetes";
import { podTemplates } from "../pods";
import { stackRule, violation } from "../rule";
import { selectsAll } from "../selectors";

export const namespacesDenyByDefault = stackRule({
  name: "namespaces-deny-by-default",
  why: "Where nothing is denied every pod may talk to every other, so one taken pod reaches all data.",
  fix: "add a NetworkPolicy with an empty podSelector, policyTypes Ingress and Egress, and no rule but DNS",
  check: (stack) => {
    const closed = (namespace: KubernetesField, direction: string) =>
      stack.some((object) => object.isIn(namespace) && closes(object, direction));
    return stack
      .flatMap(namespacesWithPods)
      .flatMap((namespace) =>
        ["Ingress", "Egress"]
          .filter((direction) => !closed(namespace, direction))
          .map((direction) => violation(namespace, `a namespace that denies ${direction.toLowerCase()} by default`)),
      );
  },
});

/** Where pods are or may come: declared namespaces, and those of our workloads. */
function namespacesWithPods(object: KubernetesObject): KubernetesField[] {
  if (object.is("core", "Namespace")) return [object.at("metadata", "name")];
  return podTemplates(object).map(() => object.namespace);
}

function closes(object: KubernetesObject, direction: string): boolean {
  if (!object.is("networking.k8s.io", "NetworkPolicy")) return false;
  const spec = object.at("spec");
  const types = spec.at("policyTypes").items();
  const isClosed =
    selectsAll(spec.at("podSelector")) &&
    types.some(({ value }) => value === direction) &&
    spec.at(direction.toLowerCase()).items().every(isNameResolution);
  return isClosed || spec.unknown;
}

/** Wherever the name servers are: a cache on each node has no pods to select, and what answers on this port alone is one. */
function isNameResolution(rule: KubernetesField): boolean {
  const ports = rule.at("ports").items();
  return ports.length > 0 && ports.every((port) => port.at("port").value === 53 && port.at("endPort").absent);
}
