import type { Dashboard, Panel, ScrapeTarget, Workload } from "../../foundation";
import { gauge, histogram, targetLabels } from "../../foundation/metric";
import { podMetrics, podsOfDeployment, resourcePanels } from "../../foundation/pod-metrics";
import { observations, quantile, series, sum } from "../../foundation/promql";
import type { ServiceKeys } from "./keys";
import { allPortsOf } from "./ports";

type Keys = Pick<ServiceKeys, "metrics" | "port" | "ports" | "sidecars">;

/** Where Prometheus asks a service how it is. */
export function scrapeTargets(name: string, { metrics, ...keys }: Keys, workload: Workload): ScrapeTarget[] {
  if (!metrics) return [];
  const [first = ""] = Object.keys(allPortsOf(keys));
  const [port = 0] = workload.server(metrics.port ?? first).ports;
  return [{ name, peer: workload.peer, port, path: metrics.path }];
}

/** How a service answers, as far as it measures that, and what it takes of its nodes. */
export function serviceDashboard(name: string, namespace: string, { metrics }: Pick<Keys, "metrics">): Dashboard {
  const pod = podsOfDeployment(name);
  return {
    name: `service-${name}`,
    title: name,
    panels: [
      ...responsePanels(metrics, { namespace, pod }),
      ...inFlightPanels(metrics, { namespace, pod }),
      { title: "Pods", unit: "short", queries: podQueries({ namespace, deployment: name }) },
      ...resourcePanels(namespace, pod),
    ],
  };
}

function responsePanels(metrics: Keys["metrics"], where: { namespace: string; pod: RegExp }): Panel[] {
  if (!metrics?.responseTime) return [];
  const times = histogram(metrics.responseTime, targetLabels);
  const percentile = (q: number) => quantile(q, times, { where, window: "5m" });
  return [
    {
      title: "Response time",
      unit: "s",
      queries: { p50: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99) },
    },
    {
      title: "Requests",
      unit: "reqps",
      queries: { "{{pod}}": observations(times, { where, by: ["pod"], window: "5m" }) },
    },
  ];
}

function inFlightPanels(metrics: Keys["metrics"], where: { namespace: string; pod: RegExp }): Panel[] {
  if (!metrics?.inFlight) return [];
  const requests = gauge(metrics.inFlight, targetLabels);
  return [
    { title: "Requests in flight", unit: "short", queries: { "{{pod}}": sum(requests, { where, by: ["pod"] }) } },
  ];
}

function podQueries(where: { namespace: string; deployment: string }): Record<string, string> {
  return { ready: series(podMetrics.available, where), wanted: series(podMetrics.wanted, where) };
}
