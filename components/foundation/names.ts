/** The platform all objects belong to, as it stands in `app.kubernetes.io/part-of`. */
export const PART_OF = "ai-platform";

/** Annotation with the seconds a pod may need to finish its work after preStop; a policy holds the grace period against it. */
export const DRAIN_ANNOTATION = "ai-platform.dev/drain-seconds";

/** Annotation that says why a pod has its service account's token; a policy refuses a token without it. */
export const TOKEN_REASON_ANNOTATION = "ai-platform.dev/service-account-token-reason";

export type Labels = Readonly<Record<string, string>>;

/** The labels that select a workload's pods. They never change during a workload's life, so no version belongs here. */
export function selectorLabels(name: string): Labels {
  return { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": PART_OF };
}

/** The recommended labels of everything that belongs to one workload. */
export function labels(name: string, component: string): Labels {
  return {
    ...selectorLabels(name),
    "app.kubernetes.io/instance": name,
    "app.kubernetes.io/component": component,
    "app.kubernetes.io/managed-by": "pulumi",
  };
}

/** `engine-llama-3.3` -> `ENGINE_LLAMA_3_3`: the prefix of a connection's environment variables. */
export function environmentPrefix(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]+/g, "_");
}
