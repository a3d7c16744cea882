import * as pulumi from "@pulumi/pulumi";
import {
  type Around,
  type Container,
  http,
  type Member,
  OwnedSecret,
  type Part,
  type Route,
  type Scale,
  scratch,
  type ScrapeTarget,
  Task,
  Workload,
} from "../../foundation";
import { gatewayAlerts } from "./alerts";
import { type EngineDiscovery, engineDiscovery } from "./engine-discovery";
import { gatewayImage } from "./image";
import { GATEWAY_PORT, GATEWAY_USER, type GatewayKeys } from "./keys";
import { gatewayTriggers } from "./scaling";

export type GatewayArgs = Omit<GatewayKeys, "uses"> & Pick<Around, "site" | "uses">;

/** Time one run of the migrations may take, in seconds: expanding steps only, so minutes are plenty. */
const MIGRATION_SECONDS = 600;

/** Usage records that Redis does not have yet, about 50,000: they outlive their container, and writing them never waits for a disk. */
const usageRecords = scratch("usage", "/var/lib/gateway/usage", "16Mi", "memory");

/**
 * The gateway in front of the engines: OpenAI-compatible API, tenants and keys, limits, usage. Migrations run before its pods start;
 * a leaving pod finishes its streams; the number of pods follows the requests in flight.
 */
export class Gateway extends pulumi.ComponentResource implements Part {
  readonly name: string;
  readonly connections;
  readonly members: readonly Member[];
  readonly metrics: readonly ScrapeTarget[];
  readonly alerts = gatewayAlerts;
  readonly routes: readonly Route[];
  readonly scales: readonly Scale[];
  /** API key of the tenant `default`, made with the first deployment. Secret. */
  readonly results;

  constructor(name: string, args: GatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:services:Gateway", name, {}, opts);
    this.name = name;
    const own = { parent: this };
    const { site, host = args.site.domain, through } = args;
    const { namespace } = site;
    const secret = new OwnedSecret(`${name}-secrets`, { namespace, generate: ["pepper", "first-key"] }, own);
    const image = gatewayImage(name, site.artifacts, { ...args, ...site.nodes }, own);
    const process = gatewayProcess(image.reference, secret, args);
    const migrations = new Task(migrationsName(name), migrationArgs(process, args), {
      ...own,
      dependsOn: [...image.ready],
    });
    const discovery = engineDiscovery(name, args, own);
    const workload = new Workload(name, workloadArgs(process, discovery, args), {
      ...own,
      dependsOn: [migrations, ...discovery.ready],
    });

    this.connections = { default: workload.offer("http") };
    this.members = [workload.member, migrations.member];
    this.metrics = [{ name, peer: workload.peer, port: GATEWAY_PORT }];
    this.routes = [
      { name, host, paths: ["/v1"], through, server: workload.server(), service: { name, port: GATEWAY_PORT } },
    ];
    this.scales = isAutoscaled(args)
      ? [
          {
            name,
            namespace,
            target: name,
            ready: [workload.deployment],
            ...args.replicas,
            triggers: gatewayTriggers(args),
          },
        ]
      : [];
    this.results = { apiKey: secret.value("first-key") };
    this.registerOutputs({});
  }
}

export function migrationsName(gateway: string): string {
  return `${gateway}-migrations`;
}

export function isAutoscaled({ replicas: { min, max } }: Pick<GatewayKeys, "replicas">): boolean {
  return min !== max;
}

type Process = Omit<Container, "name">;

function gatewayProcess(image: string, secrets: OwnedSecret, args: GatewayArgs): Process {
  return {
    image,
    environment: {
      GATEWAY_PEPPER_FILE: "/run/secrets/gateway/pepper",
      GATEWAY_FIRST_KEY_FILE: "/run/secrets/gateway/first-key",
      GATEWAY_DRAIN_SECONDS: String(args.drainSeconds),
    },
    resources: { cpu: args.cpu, memory: args.memory },
    mounts: [secrets.at("/run/secrets/gateway"), scratch("tmp", "/tmp", "160Mi")],
  };
}

function migrationArgs(process: Process, { site, labels, uses }: GatewayArgs) {
  return {
    ...process,
    site,
    labels,
    component: "migrations",
    args: ["migrate"],
    resources: { cpu: "100m", memory: "256Mi" },
    uses: uses.filter((use) => use.name === "postgres"),
    user: GATEWAY_USER,
    deadlineSeconds: MIGRATION_SECONDS,
  };
}

function workloadArgs(process: Process, discovery: EngineDiscovery, args: GatewayArgs) {
  const { site, labels, uses, drainSeconds, usageJournal, replicas } = args;
  return {
    ...process,
    site,
    labels,
    uses,
    environment: {
      ...process.environment,
      ...discovery.environment,
      POSTGRES_POOL_SIZE: String(args.databaseConnectionsPerPod),
      ...(usageJournal && { GATEWAY_USAGE_JOURNAL: usageRecords.path }),
    },
    mounts: [...(process.mounts ?? []), ...(usageJournal ? [usageRecords] : [])],
    reasons: { token: discovery.token },
    access: discovery.access,
    component: "backend",
    args: ["serve"],
    ports: { http: GATEWAY_PORT },
    probes: {
      startup: http("/health", "http", { periodSeconds: 2, failureThreshold: 60 }),
      ready: http("/ready", "http", { periodSeconds: 5, failureThreshold: 2 }),
      live: http("/health", "http"),
    },
    user: GATEWAY_USER,
    scale: isAutoscaled(args) ? ("autoscaled" as const) : { replicas: replicas.min },
    shutdown: { drainSeconds, drainRequest: { path: "/health/drain", port: "http" } },
  };
}
