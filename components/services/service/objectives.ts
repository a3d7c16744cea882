import type { Alert, Dashboard, Panel, Recording, RuleGroup } from "../../foundation";
import { gauge } from "../../foundation/metric";
import { max, quantile, rate, series } from "../../foundation/promql";
import { serviceOfRoute, traefikMetrics } from "../../platform/ingress/metrics";
import type { ObjectiveKeys } from "./objective-keys";

const SERVICE = ["namespace", "service"] as const;

/** What Prometheus records about a service and its targets: for alerts, dashboards and reports over weeks. */
export const objectiveMetrics = {
  latency: gauge("service:edge_latency_seconds:quantile5m", [...SERVICE, "quantile"]),
  latencyTarget: gauge("service:edge_latency_seconds:target", [...SERVICE, "quantile"]),
  errors: gauge("service:edge_errors:share5m", SERVICE),
  errorsTarget: gauge("service:edge_errors:target", SERVICE),
  requests: gauge("service:edge_requests:rate1m", SERVICE),
} as const;

/** kube-state-metrics 2.20; its chart lets the objects' own labels win. */
const deploymentPods = gauge("kube_deployment_status_replicas", ["namespace", "deployment"]);

/** A service; its route has its name. */
export interface Subject {
  readonly service: string;
  readonly namespace: string;
  /** Fewest pods that it runs with. */
  readonly minPods: number;
}

/** One promise: what is recorded about it, when it alerts, and how it is drawn. */
interface Objective {
  readonly recordings: readonly Recording[];
  readonly alert: Alert;
  readonly panels: readonly Panel[];
}

export function objectiveRules(subject: Subject, keys: ObjectiveKeys): RuleGroup {
  const all = objectives(subject, keys);
  return {
    name: `${subject.service}-objectives`,
    recordings: all.flatMap(({ recordings }) => recordings),
    alerts: all.map(({ alert }) => alert),
  };
}

/** What is, beside what was promised. */
export function objectivesDashboard(subject: Subject, keys: ObjectiveKeys): Dashboard {
  const { service } = subject;
  const panels = objectives(subject, keys).flatMap((objective) => objective.panels);
  return { name: `objectives-${service}`, title: `Objectives of ${service}`, panels };
}

function objectives(subject: Subject, { latency, errors, scaling }: ObjectiveKeys): Objective[] {
  return [
    ...(latency ? [latencyObjective(subject, latency)] : []),
    ...(errors ? [errorsObjective(subject, errors)] : []),
    ...(scaling ? [scalingObjective(subject, scaling)] : []),
  ];
}

function latencyObjective(
  { service, namespace }: Subject,
  { quantile: q, targetSeconds, alertAboveSeconds, ...alerting }: NonNullable<ObjectiveKeys["latency"]>,
): Objective {
  const where = { namespace, service };
  const labels = { ...where, quantile: String(q) };
  const seen = { where: { service: serviceOfRoute(namespace, service) }, window: "5m" };
  const percentile = `${Number((q * 100).toFixed(3))}th percentile`;
  const { latency, latencyTarget } = objectiveMetrics;
  return {
    recordings: [
      { name: latency.name, expression: quantile(q, traefikMetrics.serviceDuration, seen), labels },
      { name: latencyTarget.name, expression: `vector(${targetSeconds})`, labels },
    ],
    alert: {
      ...alerting,
      name: "ServiceLatencyHigh",
      expression: `${series(latency, where)} > ${alertAboveSeconds}`,
      summary: `${service} answers slowly`,
      description: `The ${percentile} of its latency is {{ $value | humanizeDuration }}; the target is ${targetSeconds} s.`,
    },
    panels: [
      {
        title: `Latency, ${percentile}`,
        unit: "s",
        queries: { latency: series(latency, where), target: series(latencyTarget, where) },
      },
    ],
  };
}

function errorsObjective(
  { service, namespace }: Subject,
  { targetShare, alertAboveShare, ...alerting }: NonNullable<ObjectiveKeys["errors"]>,
): Objective {
  const labels = { namespace, service };
  const where = { service: serviceOfRoute(namespace, service) };
  const all = rate(traefikMetrics.serviceRequests, { where, window: "5m" });
  const failed = rate(traefikMetrics.serviceRequests, { where: { ...where, code: /5../ }, window: "5m" });
  const { errors, errorsTarget } = objectiveMetrics;
  return {
    recordings: [
      // Where nothing failed there is no series of failures: that is none, not unknown.
      { name: errors.name, expression: `(${failed} or vector(0)) / ${all}`, labels },
      { name: errorsTarget.name, expression: `vector(${targetShare})`, labels },
    ],
    alert: {
      ...alerting,
      name: "ServiceErrorsHigh",
      expression: `${series(errors, labels)} > ${alertAboveShare}`,
      summary: `${service} fails`,
      description: `{{ $value | humanizePercentage }} of its answers are server errors; the target is ${Number((targetShare * 100).toFixed(4))} %.`,
    },
    panels: [
      {
        title: "Server errors",
        unit: "percentunit",
        queries: { errors: series(errors, labels), target: series(errorsTarget, labels) },
      },
    ],
  };
}

function scalingObjective(
  { service, namespace, minPods }: Subject,
  { aboveRequestsPerSecond, ...alerting }: NonNullable<ObjectiveKeys["scaling"]>,
): Objective {
  const labels = { namespace, service };
  const where = { service: serviceOfRoute(namespace, service) };
  const pods = max(deploymentPods, { where: { namespace, deployment: service } });
  const requests = series(objectiveMetrics.requests, labels);
  return {
    recordings: [
      {
        name: objectiveMetrics.requests.name,
        expression: rate(traefikMetrics.serviceRequests, { where, window: "1m" }),
        labels,
      },
    ],
    alert: {
      ...alerting,
      name: "ServiceNotScaling",
      expression: `${requests} > ${aboveRequestsPerSecond} and on () ${pods} <= ${minPods}`,
      summary: `${service} has not been scaled`,
      description: `It gets {{ $value | humanize }} requests per second, and still runs no more than ${minPods} pods.`,
    },
    panels: [
      { title: "Requests", unit: "reqps", queries: { requests } },
      { title: "Pods", unit: "short", queries: { pods } },
    ],
  };
}
