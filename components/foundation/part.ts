import type * as pulumi from "@pulumi/pulumi";
import type { Connections, Server } from "./connection";
import type { Labels } from "./names";
import type { Member } from "./network";
import type { Scale } from "./scale";

/** Pods that expose metrics over plain HTTP on a port that their containers declare. */
export interface ScrapeTarget {
  /** Names the monitor. */
  readonly name: string;
  readonly peer: { readonly namespace: string; readonly labels: Labels };
  readonly port: number;
  /** @default "/metrics" */
  readonly path?: string;
}

/** One alert. The texts may use Prometheus' templates, `{{ $value }}` for instance. */
export interface Alert {
  readonly name: string;
  readonly expression: string;
  /** How long the expression must hold, for example `5m`. */
  readonly for: string;
  readonly severity: "warning" | "critical";
  readonly summary: string;
  readonly description: string;
}

/** A query whose result Prometheus keeps under a name of its own. */
export interface Recording {
  readonly name: string;
  readonly expression: string;
  readonly labels: Labels;
}

/** Recordings and alerts on them, evaluated in this order: an alert sees what has just been recorded. */
export interface RuleGroup {
  readonly name: string;
  readonly recordings: readonly Recording[];
  readonly alerts: readonly Alert[];
}

/** A dashboard of Grafana, as code. */
export interface Dashboard {
  /** Stable, in kebab case: part of its address. */
  readonly name: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  /** Panels side by side. @default 2 */
  readonly columns?: 2 | 3;
}

export interface Panel {
  readonly title: string;
  /** Unit in Grafana's words: `reqps`, `s`, `percentunit`, `bytes`, `short`. */
  readonly unit: string;
  /** PromQL by legend; the legend may name labels, as in `{{pod}}`. */
  readonly queries: Readonly<Record<string, string>>;
}

/** A server that Grafana asks beside Prometheus. */
export interface DataSource {
  readonly name: string;
  /** Grafana's own word for its kind. */
  readonly type: string;
  readonly url: string;
  readonly server: Server;
}

/** Public addresses of a server. */
export interface Route {
  /** Names the route's objects. */
  readonly name: string;
  readonly host: string;
  /** Path prefixes that are public, `/v1` for instance; everything else is answered with 404. */
  readonly paths: readonly string[];
  /** Paths of the server, as it sees them, that are never public. @default none */
  readonly inside?: readonly string[];
  /** Middlewares of the edge, by name, in the order in which a request passes them. */
  readonly through: readonly string[];
  /** Pods behind the Service. */
  readonly server: Server;
  readonly service: { readonly name: string; readonly port: number };
}

/**
 * What a part of the system says about itself. A part calls nobody: ingress, autoscaling, monitoring and network read what parts
 * declare, so a part works the same whether they are installed or not.
 */
export interface Part {
  /** Its name in the stack file. */
  readonly name: string;
  /** How others use it. */
  readonly connections: Connections;
  /** Its pods and what they may reach. */
  readonly members: readonly Member[];
  readonly metrics?: readonly ScrapeTarget[];
  readonly alerts?: readonly Alert[];
  /** Name of the rule group of its alerts. @default "alerts" */
  readonly alertGroup?: string;
  /** Rule groups of its own, beside its alerts. */
  readonly ruleGroups?: readonly RuleGroup[];
  readonly dashboards?: readonly Dashboard[];
  readonly dataSources?: readonly DataSource[];
  readonly routes?: readonly Route[];
  readonly scales?: readonly Scale[];
  /** What whoever deploys wants to see afterwards, secret: first keys for instance. */
  readonly results?: Readonly<Record<string, pulumi.Output<string>>>;
}
