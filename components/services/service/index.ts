import * as pulumi from "@pulumi/pulumi";
import {
  type Around,
  type Connections,
  type Member,
  type Part,
  type Port,
  type Route,
  type Scale,
  type ScrapeTarget,
  Task,
  Workload,
} from "../../foundation";
import { serviceEnvironment } from "./environment";
import type { ServiceKeys } from "./keys";
import { serviceProbes } from "./probes";
import { serviceScale } from "./scaling";
import { serviceVolumes } from "./volumes";

export type ServiceArgs = ServiceKeys & Around;

/** Any image as a hardened Deployment, with what it uses, where it is reached and how it scales. */
export class Service extends pulumi.ComponentResource implements Part {
  readonly name: string;
  readonly connections: Connections;
  readonly members: readonly Member[];
  readonly metrics: readonly ScrapeTarget[];
  readonly routes: readonly Route[];
  readonly scales: readonly Scale[];

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
      new Task(`${name}-migrations`, { ...container, ...common, ...args.migrate, component: "migrations" }, own),
    ];
    const workload = new Workload(
      name,
      { ...container, ...common, ...workloadArgs(args) },
      { ...own, dependsOn: [...volumes.ready, ...(migrations ?? [])] },
    );

    const [port] = Object.keys(portsOf(args));
    this.connections = port === undefined ? {} : { default: workload.offer(port) };
    this.members = [workload.member, ...(migrations ?? []).map(({ member }) => member)];
    this.metrics = metricsOf(name, args, workload);
    this.routes = args.routes.map(({ host = args.site.domain, path, port: named = port ?? "", through }) => {
      const service = { name, port: servicePort(args, named) };
      return { name, host, paths: [path], through, server: workload.server(named), service };
    });
    this.scales = args.scale ? [serviceScale(name, args.scale, args.site, args.connection)] : [];
    this.registerOutputs({ host: workload.host });
  }
}

/** Ports by name; `port` is the first, and named `http`. */
export function portsOf({ port, ports }: Pick<ServiceKeys, "port" | "ports">): Record<string, Port> {
  return { ...(port !== undefined && { http: port }), ...ports };
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
  const ports = portsOf(args);
  return {
    component: args.labels["component"] ?? "service",
    command: args.command,
    args: args.args,
    ports,
    probes: serviceProbes(args, Object.keys(ports)[0]),
    scale: args.scale ? ("autoscaled" as const) : { replicas: args.replicas ?? 1 },
    rollout: args.rollout,
    shutdown: { drainSeconds: args.drainSeconds },
    extra: args.extra,
  };
}

function servicePort(args: ServiceArgs, name: string): number {
  const port = portsOf(args)[name];
  if (port === undefined) throw new Error(`There is no port "${name}"; the loader should have said so.`);
  return typeof port === "number" ? port : port.port;
}

function metricsOf(name: string, { metrics, ...args }: ServiceArgs, workload: Workload): ScrapeTarget[] {
  if (!metrics) return [];
  const [first = ""] = Object.keys(portsOf(args));
  const [port = 0] = workload.server(metrics.port ?? first).ports;
  return [{ name, peer: workload.peer, port, path: metrics.path }];
}
