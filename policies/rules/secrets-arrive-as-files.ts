import type { KubernetesField } from "../kubernetes";
import { annotation, containers, podTemplates } from "../pods";
import { isReason } from "../reason";
import { resourceRule, violation } from "../rule";

/** Says why a pod gets secrets as variables. */
const REASON = "ai-platform.dev/secret-variables-reason";

export const secretsArriveAsFiles = resourceRule({
  name: "secrets-arrive-as-files",
  why: "Environment variables are inherited by every child process and end up in crash reports and debug pages.",
  fix: `mount the Secret as a volume and pass the path, as in PASSWORD_FILE, or say in the annotation ${REASON} why not`,
  check: (object) =>
    podTemplates(object)
      .filter((template) => !isReason(annotation(object, template, REASON)))
      .flatMap((template) => containers(template).flatMap(secretVariables))
      .filter(({ absent }) => !absent)
      .map((field) => violation(field, "absent")),
});

function secretVariables(container: KubernetesField): KubernetesField[] {
  const single = container.at("env").items();
  const whole = container.at("envFrom").items();
  return [
    ...single.map((variable) => variable.at("valueFrom", "secretKeyRef")),
    ...whole.map((source) => source.at("secretRef")),
  ];
}
