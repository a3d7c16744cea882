import type { KubernetesField } from "./kubernetes";

/** Fewer characters explain nothing. */
export const SHORTEST_REASON = 10;

/** Whether an annotation says why an object deviates, or may say it once a preview knows its text. */
export function isReason(annotation: KubernetesField): boolean {
  return annotation.unknown || (annotation.text ?? "").trim().length >= SHORTEST_REASON;
}
