import { resourceRule, violation } from "../rule";

export const ENFORCE_LABEL = "pod-security.kubernetes.io/enforce";

export const namespacesEnforceRestricted = resourceRule({
  name: "namespaces-enforce-restricted",
  why: "A laxer level lets in pods that these rules cannot see, for example those a chart or an operator makes.",
  fix: `set the label ${ENFORCE_LABEL} to restricted, or exempt the namespace and say which pods need more`,
  check: (object) => {
    const level = object.at("metadata", "labels", ENFORCE_LABEL);
    return object.is("core", "Namespace") && level.value !== "restricted" ? [violation(level, "restricted")] : [];
  },
});
