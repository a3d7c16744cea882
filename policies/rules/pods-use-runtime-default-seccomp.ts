import { containers, podTemplates, securitySetting } from "../pods";
import { resourceRule, violation } from "../rule";

export const podsUseRuntimeDefaultSeccomp = resourceRule({
  name: "pods-use-runtime-default-seccomp",
  why: "Without a seccomp profile a container may make every system call, also those only exploits use.",
  fix: "set securityContext.seccompProfile.type: RuntimeDefault on the pod",
  check: (object) =>
    podTemplates(object).flatMap((template) =>
      containers(template)
        .map((container) => securitySetting(template, container, "seccompProfile", "type"))
        .filter(({ value }) => value !== "RuntimeDefault")
        .map((field) => violation(field, "RuntimeDefault")),
    ),
});
