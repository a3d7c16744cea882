/** Annotation with the seconds a pod may need to finish its work after preStop; a policy holds the grace period against it. */
export const DRAIN_ANNOTATION = "ai-platform.dev/drain-seconds";

/** Annotation that says why a pod has its service account's token; a policy refuses a token without it. */
export const TOKEN_REASON_ANNOTATION = "ai-platform.dev/service-account-token-reason";

/** Annotation that says why secrets reach a pod as variables; a policy refuses them without it. */
export const SECRET_VARIABLES_ANNOTATION = "ai-platform.dev/secret-variables-reason";

export type Labels = Readonly<Record<string, string>>;

/** Annotations of an object that deviates from a rule of the policy pack on purpose; the pack reads them beside the field at fault. */
export function exempt(rule: string, reason: string): Readonly<Record<string, string>> {
  return { [`ai-platform.dev/exempt.${rule}`]: reason };
}

/** `llama-3.3` -> `LLAMA_3_3`: the prefix of a connection's environment variables. */
export function environmentPrefix(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]+/g, "_");
}
