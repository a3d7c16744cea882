import * as pulumi from "@pulumi/pulumi";
import {
  type Alert,
  type Around,
  type Connections,
  type Dashboard,
  type Extra,
  type Member,
  merge,
  type Part,
  type Route,
  type RuleGroup,
  type Scale,
  type ScrapeTarget,
  Task,
  Workload,
} from "../../foundation";
import { serviceAlerts } from "./alerts";
import { type Environment, serviceEnvironment } from "./environment";
import type { ServiceKeys } from "./keys";
import { scrapeTargets, serviceDashboard } from "./metrics";
import { allPortsOf, portsOf } from "./ports";
import { objectiveRules, objectivesDashboard } from "./objectives";
import { serviceProbes } from "./probes";
import { serviceRoutes } from "./routes";
import { serviceScale } from "./scaling";
import { serviceSidecars } from "./sidecars";
import { serviceVolumes } from "./volumes";

export type ServiceArgs = Omit<ServiceKeys, "uses"> & Around;

/** Any image as a hardened Deployment, with what it uses, where it is reached and how it scales. */
export class Service extends pulumi.ComponentResource implements Part {
  readonly name: string;
  readonly connections: Connections;
  readonly members: readonly Member[];
  readonly metrics: readonly ScrapeTarget[];
  readonly alerts: readonly Alert[];
  readonly dashboards: readonly Dashboard[];
  readonly routes: readonly Route[];
  readonly scales: readonly Scale[];
  readonly ruleGroups: readonly RuleGroup[];

  constructor(name: string, args: ServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:services:Service", name, {}, opts);
    this.name = name;
    const own = { parent: this };
    const environment = serviceEnvironment(name, args, own);
    const volumes = serviceVolumes(name, args, own);
    const container = {
      image: args.image,
      resources: args.resources,
      environment: environment.environment,
      mounts: [...volumes.mounts, ...environment.mounts],
    };
    const common = commonArgs(args);
    const migrations = args.migrate && [
      new Task(
        migrationsName(name),
        { ...container, ...common, ...args.migrate, component: "migrations" },
        { ...own, dependsOn: [...volumes.ready] },
      ),
    ];
    const workload = new Workload(
      name,
      { ...container, ...common, ...workloadArgs(args), extra: withAnnotations(args.extra, environment.annotations) },
      { ...own, dependsOn: [...volumes.ready, ...(migrations ?? [])] },
    );

    const [port] = Object.keys(portsOf(args));
    this.connections = port === undefined ? {} : { default: workload.offer(port) };
    this.members = [workload.member, ...(migrations ?? []).map(({ member }) => member)];
    this.metrics = scrapeTargets(name, args, workload);
    this.alerts = serviceAlerts(args.site.namespace.name);
    this.routes = serviceRoutes(name, args, workload);
    this.scales = args.scale ? [serviceScale(workload, args.scale, args)] : [];
    const subject = { service: name, namespace: args.site.namespace.name, minPods: args.scale?.min ?? 0 };
    this.ruleGroups = args.objectives ? [objectiveRules(subject, args.objectives)] : [];
    this.dashboards = [
      serviceDashboard(name, args.site.namespace.name, args),
      ...(args.objectives ? [objectivesDashboard(subject, args.objectives)] : []),
    ];
    this.registerOutputs({ host: workload.host });
  }
}

export function migrationsName(service: string): string {
  return `${service}-migrations`;
}

/** What pods and migrations share. */
function commonArgs({ site, uses, labels, user, group, secretVariables, nodeSelector, tolerations }: ServiceArgs) {
  return {
    site,
    uses,
    labels,
    user,
    group,
    reasons: { secretVariables },
    placement: {
      ...(Object.keys(nodeSelector).length > 0 && { nodeSelector }),
      ...(tolerations.length > 0 && { tolerations }),
    },
  };
}

function workloadArgs(args: ServiceArgs) {
  return {
    component: args.labels["component"] ?? "service",
    command: args.command,
    args: args.args,
    ports: allPortsOf(args),
    probes: serviceProbes(args.probes, Object.keys(portsOf(args))[0]),
    sidecars: serviceSidecars(args),
    scale: args.scale ? ("autoscaled" as const) : { replicas: args.replicas ?? 1 },
    rollout: args.rollout,
    shutdown: { drainSeconds: args.drainSeconds },
  };
}

function withAnnotations(extra: ServiceArgs["extra"], annotations: Environment["annotations"]): Extra {
  return { ...extra, deployment: merge({ template: { metadata: { annotations } } }, extra.deployment ?? {}) };
}
