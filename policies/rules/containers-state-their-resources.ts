import type { KubernetesField } from "../kubernetes";
import { containersOf, usesGpu } from "../pods";
import { resourceRule, type Violation, violation } from "../rule";

export const containersStateTheirResources = resourceRule({
  name: "containers-state-their-resources",
  why: "Without requests the scheduler overfills nodes, and without a memory limit one leak takes its neighbours along.",
  fix: "set resources.requests.cpu, requests.memory and limits.memory; with GPUs the memory limit equals the request",
  check: (object) =>
    containersOf(object).flatMap((container) => {
      const stated = [
        container.at("resources", "requests", "cpu"),
        container.at("resources", "requests", "memory"),
        container.at("resources", "limits", "memory"),
      ];
      return [
        ...stated.filter(({ absent }) => absent).map((field) => violation(field, "a quantity")),
        ...(usesGpu(container) ? overcommittedMemory(container) : []),
      ];
    }),
});

/** An engine killed for memory it was promised loses minutes of model loading. The provider has made equal quantities equal texts. */
function overcommittedMemory(container: KubernetesField): Violation[] {
  const request = container.at("resources", "requests", "memory");
  const limit = container.at("resources", "limits", "memory");
  if (request.absent || request.unknown || limit.absent || limit.value === request.value) return [];
  return [violation(limit, `equal to the request, ${JSON.stringify(request.value)}, because the container uses GPUs`)];
}
