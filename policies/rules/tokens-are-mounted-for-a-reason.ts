import { annotation, podTemplates } from "../pods";
import { isReason } from "../reason";
import { resourceRule, violation } from "../rule";

/** Says why a pod talks to the Kubernetes API. */
const REASON = "ai-platform.dev/service-account-token-reason";

export const tokensAreMountedForAReason = resourceRule({
  name: "tokens-are-mounted-for-a-reason",
  why: "A token in the pod lets whoever takes the pod speak to the Kubernetes API.",
  fix: `set automountServiceAccountToken: false on the pod, or say in the annotation ${REASON} what needs it`,
  check: (object) =>
    podTemplates(object)
      .filter((template) => !isReason(annotation(object, template, REASON)))
      .map((template) => template.at("spec", "automountServiceAccountToken"))
      .filter(({ value }) => value !== false)
      .map((field) => violation(field, "false")),
});
