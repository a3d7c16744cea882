import type { KubernetesField } from "./kubernetes";

/**
 * Whether a label selector picks pods with these labels. An absent selector picks none, an empty one all. While either is
 * unknown in a preview the answer is yes, so that a preview refuses nothing that the update would accept.
 */
export function selects(selector: KubernetesField, labels: KubernetesField): boolean {
  if (selector.unknown || labels.unknown) return true;
  if (selector.absent) return false;
  return (
    selector
      .at("matchLabels")
      .entries()
      .every(([key, { value }]) => labels.at(key).value === value) &&
    selector
      .at("matchExpressions")
      .items()
      .every((expression) => meets(expression, labels))
  );
}

/** Whether a selector picks every pod there is. */
export function selectsAll(selector: KubernetesField): boolean {
  return selector.at("matchLabels").entries().length === 0 && selector.at("matchExpressions").items().length === 0;
}

function meets(expression: KubernetesField, labels: KubernetesField): boolean {
  const label = labels.at(expression.at("key").text ?? "");
  const listed = expression
    .at("values")
    .items()
    .some(({ value }) => value === label.value);
  switch (expression.at("operator").text) {
    case "In":
      return listed;
    case "NotIn":
      return !listed;
    case "Exists":
      return !label.absent;
    default:
      return label.absent;
  }
}
