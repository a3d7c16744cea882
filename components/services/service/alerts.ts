import type { Alert } from "../../foundation";
import { kubeletMetrics, podMetrics } from "../../foundation/pod-metrics";
import { increase, max, series } from "../../foundation/promql";

const CONTAINER = ["namespace", "pod", "container"] as const;

/**
 * What is wrong with a service, whatever it does. Pods that wait, crash again and again or stay too few are alerts of the monitoring
 * chart's own.
 */
export function serviceAlerts(namespace: string): readonly Alert[] {
  return [
    {
      name: "ServiceDown",
      expression: `${series(podMetrics.available, { namespace })} == 0 and ${series(podMetrics.wanted, { namespace })} > 0`,
      for: "2m",
      severity: "critical",
      summary: "No pod of {{ $labels.namespace }}/{{ $labels.deployment }} is ready",
      description: "Every request to it fails.",
    },
    {
      name: "ServiceNearMemoryLimit",
      expression: nearLimit(namespace),
      for: "15m",
      severity: "warning",
      summary: "{{ $labels.namespace }}/{{ $labels.pod }} is about to run out of memory",
      description:
        "{{ $labels.container }} uses {{ $value | humanizePercentage }} of its limit, and is killed at 100 %.",
    },
    {
      name: "ContainerOutOfMemory",
      expression: killed(namespace),
      for: "1m",
      severity: "warning",
      summary: "{{ $labels.namespace }}/{{ $labels.pod }} ran out of memory",
      description: "The kernel killed {{ $labels.container }} at its memory limit, and it was started anew.",
    },
  ];
}

/** Pods of Deployments only: stores fill their memory on purpose. */
function nearLimit(namespace: string): string {
  const where = { namespace, container: /.+/ };
  const used = max(kubeletMetrics.memory, { where, by: CONTAINER });
  const limit = max(podMetrics.limits, { where: { ...where, resource: "memory" }, by: CONTAINER });
  const stateless = max(podMetrics.owner, { where: { namespace, owner_kind: "ReplicaSet" }, by: ["namespace", "pod"] });
  return `${used} / ${limit} > 0.9 and on (namespace, pod) ${stateless}`;
}

function killed(namespace: string): string {
  const out = max(podMetrics.lastTermination, { where: { namespace, reason: "OOMKilled" }, by: CONTAINER });
  const lately = increase(podMetrics.restarts, { where: { namespace }, by: CONTAINER, window: "15m" });
  return `${out} > 0 and ${lately} > 0`;
}
