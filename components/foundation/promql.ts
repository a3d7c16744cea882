import type { Counter, Gauge, Histogram } from "./metric";

/** What the labels of a series must be: equal to a text, or match a regular expression as a whole. */
export type Where<Label extends string> = Partial<Record<Label, string | RegExp>>;

export interface Selection<Label extends string> {
  readonly where?: Where<Label>;
  /** Labels to keep apart; all others are added up. @default none */
  readonly by?: readonly Label[];
}

export interface WindowedSelection<Label extends string> extends Selection<Label> {
  /** Range of the rate, for example `5m`. Four scrapes or more, so that a missed one does not matter. */
  readonly window: string;
}

/** `vllm:num_requests_waiting{model_name="m"}` */
export function series<Label extends string>(metric: Gauge<Label>, where: Where<Label> = {}): string {
  return metric.name + matchers(where);
}

/** Sum of a gauge. */
export function sum<Label extends string>(metric: Gauge<Label>, { where = {}, by }: Selection<Label> = {}): string {
  return `sum${grouping(by)} (${metric.name}${matchers(where)})`;
}

/** Largest value of a gauge. */
export function max<Label extends string>(metric: Gauge<Label>, { where = {}, by }: Selection<Label> = {}): string {
  return `max${grouping(by)} (${metric.name}${matchers(where)})`;
}

/** Growth per second of a counter. */
export function rate<Label extends string>(
  metric: Counter<Label>,
  { where = {}, by, window }: WindowedSelection<Label>,
): string {
  return `sum${grouping(by)} (rate(${metric.name}${matchers(where)}[${window}]))`;
}

/** Growth of a counter within the window. */
export function increase<Label extends string>(
  metric: Counter<Label>,
  { where = {}, by, window }: WindowedSelection<Label>,
): string {
  return `sum${grouping(by)} (increase(${metric.name}${matchers(where)}[${window}]))`;
}

/** Observations per second of a histogram: requests, if it holds their durations. */
export function observations<Label extends string>(
  metric: Histogram<Label>,
  { where = {}, by, window }: WindowedSelection<Label>,
): string {
  return `sum${grouping(by)} (rate(${metric.name}_count${matchers(where)}[${window}]))`;
}

/** A quantile of a histogram, 0 to 1; exact only at the edges of its buckets. */
export function quantile<Label extends string>(
  q: number,
  metric: Histogram<Label>,
  { where = {}, by = [], window }: WindowedSelection<Label>,
): string {
  const buckets = `rate(${metric.name}_bucket${matchers(where)}[${window}])`;
  return `histogram_quantile(${q}, sum by (${["le", ...by].join(", ")}) (${buckets}))`;
}

function grouping(by: readonly string[] | undefined): string {
  return by && by.length > 0 ? ` by (${by.join(", ")})` : "";
}

function matchers(where: Where<string>): string {
  const parts = Object.entries(where).map(([label, value]) =>
    value instanceof RegExp ? `${label}=~${quote(value.source)}` : `${label}=${quote(value ?? "")}`,
  );
  return parts.length > 0 ? `{${parts.join(",")}}` : "";
}

/** PromQL's double-quoted strings take the escapes of JSON's. */
function quote(text: string): string {
  return JSON.stringify(text);
}
