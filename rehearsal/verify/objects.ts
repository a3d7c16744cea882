/** The parts of Kubernetes objects that checks look at. */

export interface KubernetesObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  };
}

/** Anything that a selector can choose. */
export interface Labelled {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
}

export interface Pod extends KubernetesObject {
  readonly spec: { readonly nodeName?: string };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
}

export interface ScaledObject extends KubernetesObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export interface Service extends KubernetesObject {
  readonly spec: { readonly selector?: Readonly<Record<string, string>> };
}

export interface Deployment extends KubernetesObject {
  readonly spec: { readonly replicas: number; readonly template: Labelled };
}

export interface EndpointSlice extends KubernetesObject {
  readonly endpoints?: readonly { readonly conditions?: { readonly ready?: boolean } }[] | null;
}

export interface PodMonitor extends KubernetesObject {
  readonly spec: {
    readonly namespaceSelector?: { readonly matchNames?: readonly string[] };
    readonly selector: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly podMetricsEndpoints: readonly { readonly portNumber: number; readonly path: string }[];
  };
}

export interface PrometheusRule extends KubernetesObject {
  readonly spec: { readonly groups: readonly { readonly name: string }[] };
}

export interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** A condition of an object, by its type. */
export function condition(
  { status }: { readonly status?: { readonly conditions?: readonly Condition[] } },
  type: string,
): Condition | undefined {
  return status?.conditions?.find((one) => one.type === type);
}

/** Whether an object has all these labels. */
export function hasLabels({ metadata }: Labelled, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([label, value]) => metadata.labels?.[label] === value);
}
