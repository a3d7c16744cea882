/**
 * Where the built-in kinds keep quantities: the last segments of a path, `*` for any key. From the API reference of
 * Kubernetes 1.36 (fields of type Quantity in core/v1, autoscaling/v2, policy and storage).
 */
const EVERYWHERE = [
  ["resources", "requests", "*"],
  ["resources", "limits", "*"],
  ["emptyDir", "sizeLimit"],
  ["resourceFieldRef", "divisor"],
  ["spec", "overhead", "*"],
];

const BY_KIND: { readonly [kind: string]: readonly (readonly string[])[] } = {
  ResourceQuota: [["spec", "hard", "*"]],
  PersistentVolume: [["spec", "capacity", "*"]],
  LimitRange: ["default", "defaultRequest", "max", "min", "maxLimitRequestRatio"].map((field) => [field, "*"]),
  HorizontalPodAutoscaler: [
    ["target", "value"],
    ["target", "averageValue"],
  ],
  RuntimeClass: [["overhead", "podFixed", "*"]],
};

export function isQuantity(kind: string, path: readonly string[]): boolean {
  return [...EVERYWHERE, ...(BY_KIND[kind] ?? [])].some((pattern) => {
    const tail = path.slice(-pattern.length);
    return tail.length === pattern.length && pattern.every((segment, i) => segment === "*" || segment === tail[i]);
  });
}
