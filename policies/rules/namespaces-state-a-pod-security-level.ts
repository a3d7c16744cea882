import { resourceRule, violation } from "../rule";
import { ENFORCE_LABEL } from "./namespaces-enforce-restricted";

const LEVELS = ["restricted", "baseline", "privileged"];

export const namespacesStateAPodSecurityLevel = resourceRule({
  name: "namespaces-state-a-pod-security-level",
  why: "Without the label the cluster's default decides, which is privileged almost everywhere.",
  fix: `set the label ${ENFORCE_LABEL}`,
  check: (object) => {
    const level = object.at("metadata", "labels", ENFORCE_LABEL);
    return object.is("core", "Namespace") && !LEVELS.includes(level.text ?? "")
      ? [violation(level, LEVELS.join(", "))]
      : [];
  },
});
