import type { Alert } from "../../foundation";
import { podMetrics } from "../../foundation/pod-metrics";
import { max, series } from "../../foundation/promql";
import type { ObjectiveKeys } from "./objective-keys";
import { objectiveMetrics } from "./objective-metrics";

/** A service; its route has its name. */
export interface Subject {
  readonly service: string;
  readonly namespace: string;
  /** Fewest pods that it runs with. */
  readonly minPods: number;
}

export function objectiveAlerts(subject: Subject, { latency, errors, scaling }: ObjectiveKeys): Alert[] {
  return [
    ...(latency ? [latencyAlert(subject, latency)] : []),
    ...(errors ? [errorsAlert(subject, errors)] : []),
    ...(scaling ? [scalingAlert(subject, scaling)] : []),
  ];
}

function latencyAlert(
  { service, namespace }: Subject,
  { quantile, targetSeconds, alertAboveSeconds, ...alerting }: NonNullable<ObjectiveKeys["latency"]>,
): Alert {
  return {
    ...alerting,
    name: "ServiceLatencyHigh",
    expression: `${series(objectiveMetrics.latency, { namespace, service })} > ${alertAboveSeconds}`,
    summary: `${service} answers slowly`,
    description: `The ${percentile(quantile)} of its latency is {{ $value | humanizeDuration }}; the target is ${targetSeconds} s.`,
  };
}

function errorsAlert(
  { service, namespace }: Subject,
  { targetShare, alertAboveShare, ...alerting }: NonNullable<ObjectiveKeys["errors"]>,
): Alert {
  return {
    ...alerting,
    name: "ServiceErrorsHigh",
    expression: `${series(objectiveMetrics.errors, { namespace, service })} > ${alertAboveShare}`,
    summary: `${service} fails`,
    description: `{{ $value | humanizePercentage }} of its answers are server errors; the target is ${Number((targetShare * 100).toFixed(4))} %.`,
  };
}

function scalingAlert(
  { service, namespace, minPods }: Subject,
  { aboveRequestsPerSecond, ...alerting }: NonNullable<ObjectiveKeys["scaling"]>,
): Alert {
  const requests = series(objectiveMetrics.requests, { namespace, service });
  const pods = max(podMetrics.wanted, { where: { namespace, deployment: service } });
  return {
    ...alerting,
    name: "ServiceNotScaling",
    expression: `${requests} > ${aboveRequestsPerSecond} and on () ${pods} <= ${minPods}`,
    summary: `${service} has not been scaled`,
    description: `It gets {{ $value | humanize }} requests per second, and still runs no more than ${minPods} pods.`,
  };
}

/** `0.95` -> `95th percentile`, `0.999` -> `99.9th percentile`. */
export function percentile(share: number): string {
  return `${Number((share * 100).toFixed(3))}th percentile`;
}
