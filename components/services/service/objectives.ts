import type { Dashboard, Panel, Recording, RuleGroup } from "../../foundation";
import { podMetrics } from "../../foundation/pod-metrics";
import { max, quantile, rate, series } from "../../foundation/promql";
import { serviceOfRoute, traefikMetrics } from "../../platform/ingress/metrics";
import { objectiveAlerts, percentile, type Subject } from "./objective-alerts";
import type { ObjectiveKeys } from "./objective-keys";
import { objectiveMetrics } from "./objective-metrics";

/** Recordings of what is and of what was promised, and the alerts on them. */
export function objectiveRules(subject: Subject, keys: ObjectiveKeys): RuleGroup {
  return {
    name: `${subject.service}-objectives`,
    recordings: recordings(subject, keys),
    alerts: objectiveAlerts(subject, keys),
  };
}

function recordings({ service, namespace }: Subject, { latency, errors, scaling }: ObjectiveKeys): Recording[] {
  const where = { service: serviceOfRoute(namespace, service) };
  const labels = { namespace, service };
  return [
    ...(latency ? latencyRecordings(where, labels, latency) : []),
    ...(errors ? errorsRecordings(where, labels, errors) : []),
    ...(scaling
      ? [
          {
            name: objectiveMetrics.requests.name,
            expression: rate(traefikMetrics.serviceRequests, { where, window: "1m" }),
            labels,
          },
        ]
      : []),
  ];
}

/** Which of Traefik's series are about the service. */
type Where = { readonly service: RegExp };

function latencyRecordings(
  where: Where,
  service: Recording["labels"],
  { quantile: q, targetSeconds }: NonNullable<ObjectiveKeys["latency"]>,
): Recording[] {
  const labels = { ...service, quantile: String(q) };
  const expression = quantile(q, traefikMetrics.serviceDuration, { where, window: "5m" });
  return [
    { name: objectiveMetrics.latency.name, expression, labels },
    { name: objectiveMetrics.latencyTarget.name, expression: `vector(${targetSeconds})`, labels },
  ];
}

function errorsRecordings(
  where: Where,
  labels: Recording["labels"],
  { targetShare }: NonNullable<ObjectiveKeys["errors"]>,
): Recording[] {
  const all = rate(traefikMetrics.serviceRequests, { where, window: "5m" });
  const failed = rate(traefikMetrics.serviceRequests, { where: { ...where, code: /5../ }, window: "5m" });
  return [
    // Where nothing failed there is no series of failures: that is none, not unknown.
    { name: objectiveMetrics.errors.name, expression: `(${failed} or vector(0)) / ${all}`, labels },
    { name: objectiveMetrics.errorsTarget.name, expression: `vector(${targetShare})`, labels },
  ];
}

/** What is, beside what was promised. */
export function objectivesDashboard(subject: Subject, keys: ObjectiveKeys): Dashboard {
  const { service } = subject;
  return { name: `objectives-${service}`, title: `Objectives of ${service}`, panels: panels(subject, keys) };
}

function panels({ service, namespace }: Subject, { latency, errors, scaling }: ObjectiveKeys): Panel[] {
  const where = { namespace, service };
  const { latency: measured, latencyTarget, errors: failures, errorsTarget, requests } = objectiveMetrics;
  const pods = max(podMetrics.wanted, { where: { namespace, deployment: service } });
  const beside = (title: string, unit: string, queries: Panel["queries"]): Panel => ({ title, unit, queries });
  return [
    ...(latency
      ? [
          beside(`Latency, ${percentile(latency.quantile)}`, "s", {
            measured: series(measured, where),
            target: series(latencyTarget, where),
          }),
        ]
      : []),
    ...(errors
      ? [
          beside("Server errors", "percentunit", {
            measured: series(failures, where),
            target: series(errorsTarget, where),
          }),
        ]
      : []),
    ...(scaling
      ? [beside("Requests", "reqps", { measured: series(requests, where) }), beside("Pods", "short", { wanted: pods })]
      : []),
  ];
}
