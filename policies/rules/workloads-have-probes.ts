import { isLongRunning, mainContainers, podTemplates } from "../pods";
import { resourceRule, violation } from "../rule";

export const workloadsHaveProbes = resourceRule({
  name: "workloads-have-probes",
  why: "Without readiness, users reach pods that cannot answer; without liveness, a hung process stays for ever.",
  fix: "set readinessProbe and livenessProbe on the container",
  check: (object) =>
    isLongRunning(object)
      ? podTemplates(object)
          .flatMap(mainContainers)
          .flatMap((container) => [container.at("readinessProbe"), container.at("livenessProbe")])
          .filter(({ absent }) => absent)
          .map((field) => violation(field, "a probe"))
      : [],
});
