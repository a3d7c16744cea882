import { counter, gauge } from "./metric";
import type { Panel } from "./part";
import { increase, rate, sum } from "./promql";

const CONTAINER = ["namespace", "pod", "container"] as const;
const DEPLOYMENT = ["namespace", "deployment"] as const;

/** cAdvisor, in every kubelet of Kubernetes 1.34. Series of whole pods have an empty label `container`. */
export const kubeletMetrics = {
  cpuSeconds: counter("container_cpu_usage_seconds_total", CONTAINER),
  /** What the kernel cannot take back at once; what is held against the limit. */
  memory: gauge("container_memory_working_set_bytes", CONTAINER),
} as const;

/** kube-state-metrics 2.20; its chart lets the objects' own labels win. */
export const podMetrics = {
  limits: gauge("kube_pod_container_resource_limits", [...CONTAINER, "resource"]),
  restarts: counter("kube_pod_container_status_restarts_total", CONTAINER),
  lastTermination: gauge("kube_pod_container_status_last_terminated_reason", [...CONTAINER, "reason"]),
  owner: gauge("kube_pod_owner", ["namespace", "pod", "owner_kind"]),
  available: gauge("kube_deployment_status_replicas_available", DEPLOYMENT),
  wanted: gauge("kube_deployment_spec_replicas", DEPLOYMENT),
} as const;

/** Names of the pods of a Deployment. */
export function podsOfDeployment(name: string): RegExp {
  return new RegExp(`${name}-[0-9a-z]+-[0-9a-z]{5}`);
}

/** Names of pods that are numbered. */
export function numberedPods(name: string): RegExp {
  return new RegExp(`${name}-[0-9]+`);
}

/** What pods take of their nodes, for the dashboard of the part that they belong to. */
export function resourcePanels(namespace: string, pod: RegExp): Panel[] {
  const where = { namespace, pod, container: /.+/ };
  return [
    {
      title: "CPU",
      unit: "short",
      queries: { "{{pod}}": rate(kubeletMetrics.cpuSeconds, { where, by: ["pod"], window: "5m" }) },
    },
    {
      title: "Memory",
      unit: "bytes",
      queries: {
        "{{pod}}": sum(kubeletMetrics.memory, { where, by: ["pod"] }),
        limit: `max (${sum(podMetrics.limits, { where: { ...where, resource: "memory" }, by: ["pod"] })})`,
      },
    },
    {
      title: "Restarts within an hour",
      unit: "short",
      queries: { "{{pod}}": increase(podMetrics.restarts, { where, by: ["pod"], window: "1h" }) },
    },
  ];
}
