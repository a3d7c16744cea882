import type { KubernetesField, KubernetesObject } from "../kubernetes";
import { resourceRule, violation } from "../rule";

const OPEN_TYPES = ["LoadBalancer", "NodePort"];

export const servicesStayInside = resourceRule({
  name: "services-stay-inside",
  why: "A Service with an address outside the cluster goes round the edge: no TLS, no limits, no authentication.",
  fix: "use type ClusterIP and a route at the edge, or exempt the edge itself",
  check: (object) => [
    ...types(object)
      .filter(({ text }) => OPEN_TYPES.includes(text ?? ""))
      .map((type) => violation(type, "ClusterIP")),
    ...addresses(object)
      .filter(({ absent }) => !absent)
      .map((field) => violation(field, "absent")),
  ],
});

function addresses(object: KubernetesObject): KubernetesField[] {
  return object.is("core", "Service") ? [object.at("spec", "externalIPs")] : [];
}

function types(object: KubernetesObject): KubernetesField[] {
  if (object.is("core", "Service")) return [object.at("spec", "type")];
  return object.isRelease ? typesInValues(object.at("values")) : [];
}

/** Charts name it `<part>.service.type` or `<part>.service.spec.type`. */
function typesInValues(values: KubernetesField): KubernetesField[] {
  return values
    .entries()
    .flatMap(([key, below]) => [
      ...(/service$/i.test(key) ? [below.at("type"), below.at("spec", "type")] : []),
      ...typesInValues(below),
    ]);
}
