import { containers, podTemplates, securitySetting } from "../pods";
import { resourceRule, violation } from "../rule";

export const podsRunAsNonRoot = resourceRule({
  name: "pods-run-as-non-root",
  why: "A process that is root in its container is root on the node as soon as it gets out.",
  fix: "set securityContext.runAsNonRoot: true and a runAsUser above 0, which the image must support",
  check: (object) =>
    podTemplates(object).flatMap((template) => {
      const settings = containers(template).map((container) => securitySetting(template, container, "runAsNonRoot"));
      const users = [template.at("spec"), ...containers(template)].map((part) =>
        part.at("securityContext", "runAsUser"),
      );
      return [
        ...settings.filter(({ value }) => value !== true).map((field) => violation(field, "true")),
        ...users.filter(({ value }) => value === 0).map((field) => violation(field, "a user above 0")),
      ];
    }),
});
