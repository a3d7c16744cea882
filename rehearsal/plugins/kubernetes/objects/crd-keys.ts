import type { KubeObject } from "./object.ts";

/** The SDK's languages cannot spell `x-kubernetes-...`, so programs and state have underscores there. */
const DASHED = "x-kubernetes-";
const UNDERSCORED = "x_kubernetes_";

export function fromServerKeys(object: KubeObject): KubeObject {
  return renameKeys(object, (key) => (key.startsWith(DASHED) ? key.replaceAll("-", "_") : key));
}

export function toServerKeys(object: KubeObject): KubeObject {
  return renameKeys(object, (key) => (key.startsWith(UNDERSCORED) ? key.replaceAll("_", "-") : key));
}

function renameKeys(object: KubeObject, rename: (key: string) => string): KubeObject {
  if (object.kind !== "CustomResourceDefinition") return object;
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [rename(key), visit(field)]));
  };
  return visit(object) as KubeObject;
}
