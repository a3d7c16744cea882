/**
 * Metrics as scalers, alerts and dashboards query them. Each component names its own once, in `metrics.ts`; a label that a metric
 * does not have does not compile.
 */

export interface Gauge<Label extends string = string> {
  readonly kind: "gauge";
  readonly name: string;
  readonly labels: readonly Label[];
}

/** Only grows; its name ends in `_total`. */
export interface Counter<Label extends string = string> {
  readonly kind: "counter";
  readonly name: string;
  readonly labels: readonly Label[];
}

/** A classic histogram by its base name; `labels` are those beside `le`. */
export interface Histogram<Label extends string = string> {
  readonly kind: "histogram";
  readonly name: string;
  readonly labels: readonly Label[];
}

export type Metric = Gauge | Counter | Histogram;

/** Labels that Prometheus gives to everything it scrapes from a pod. */
export const targetLabels = ["namespace", "pod"] as const;

export function gauge<const Label extends string>(name: string, labels: readonly Label[]): Gauge<Label> {
  return { kind: "gauge", name, labels };
}

export function counter<const Label extends string>(name: string, labels: readonly Label[]): Counter<Label> {
  return { kind: "counter", name, labels };
}

export function histogram<const Label extends string>(name: string, labels: readonly Label[]): Histogram<Label> {
  return { kind: "histogram", name, labels };
}
