import { containers, podTemplates } from "../pods";
import { resourceRule, violation } from "../rule";

export const podsStayOffTheHost = resourceRule({
  name: "pods-stay-off-the-host",
  why: "A pod that shares the node's kernel interfaces, network, processes or files can take over the node.",
  fix: "remove the setting; use a Service for ports and a volume claim or emptyDir for files",
  check: (object) =>
    podTemplates(object).flatMap((template) => {
      const shared = ["hostNetwork", "hostPID", "hostIPC"].map((key) => template.at("spec", key));
      const privileged = containers(template).map((container) => container.at("securityContext", "privileged"));
      const files = template
        .at("spec", "volumes")
        .items()
        .map((volume) => volume.at("hostPath"));
      const ports = containers(template)
        .flatMap((container) => container.at("ports").items())
        .map((port) => port.at("hostPort"));
      return [
        ...[...shared, ...privileged]
          .filter(({ absent, value }) => !absent && value !== false)
          .map((field) => violation(field, "absent or false")),
        ...[...files, ...ports].filter(({ absent }) => !absent).map((field) => violation(field, "absent")),
      ];
    }),
});
