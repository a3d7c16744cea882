import * as pulumi from "@pulumi/pulumi";
import { type Container, GeneratedSecret, http, type Mount, scratch, Task, Workload } from "../foundation";
import { BACKEND_PORT, BACKEND_USER, type BackendArgs } from "./args";
import { type EngineDiscovery, engineDiscovery } from "./engine-discovery";
import { backendImage } from "./image";
import { backendTriggers } from "./scaling";

export type { BackendArgs } from "./args";

/** Time one run of the migrations may take, in seconds: expanding steps only, so minutes are plenty. */
const MIGRATION_SECONDS = 600;

/** Usage records that Redis does not have yet, about 50,000: they outlive their container, and writing them never waits for a disk. */
const usageRecords = scratch("usage", "/var/lib/gateway/usage", 16, "memory");

/**
 * The gateway in front of the engines: OpenAI-compatible API, tenants and keys, limits, usage. Migrations run before its pods start;
 * a leaving pod finishes its streams; KEDA moves the number of pods with the requests in flight.
 */
export class Backend extends pulumi.ComponentResource {
  /** Address of the API. */
  readonly url: string;
  /** API key of the tenant `default`, made with the first deployment. Secret. */
  readonly firstKey: pulumi.Output<string>;
  readonly workload: Workload;

  constructor(name: string, args: BackendArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:backend:Backend", name, {}, opts);
    const own = { parent: this };
    const { namespace, database, domain } = args;
    const secret = new GeneratedSecret(`${name}-secrets`, { namespace, keys: ["pepper", "first-key"] }, own);
    const image = backendImage(name, args.artifacts, args.buildRepository, own);
    const process = gatewayProcess(image.reference, secret.at("/run/secrets/gateway"), args);

    const migrations = new Task(
      `${name}-migrations`,
      {
        ...process,
        namespace,
        component: "migrations",
        args: ["migrate"],
        resources: { cpu: "100m", memoryMiB: 256 },
        uses: [database],
        user: BACKEND_USER,
        deadlineSeconds: MIGRATION_SECONDS,
      },
      { ...own, dependsOn: [...image.ready] },
    );
    const discovery = engineDiscovery(name, args, own);
    this.workload = new Workload(name, workloadArgs(process, discovery, args), {
      ...own,
      dependsOn: [migrations, ...discovery.ready],
    });
    this.expose(name, args, own);
    this.url = `https://${domain}`;
    this.firstKey = secret.value("first-key");
    this.registerOutputs({ url: this.url });
  }

  /** Route, monitor and autoscaler: everything that reaches the pods from outside their namespace. */
  private expose(name: string, args: BackendArgs, own: pulumi.CustomResourceOptions): void {
    const { namespace, domain, ingress, autoscaling, observability, replicas } = args;
    ingress.route(
      name,
      { namespace, host: domain, paths: ["/v1"], server: this.workload.end(), port: BACKEND_PORT },
      own,
    );
    observability.scrape(name, { namespace, labels: this.workload.peer.labels, port: BACKEND_PORT }, own);
    autoscaling.scale(
      name,
      { namespace, target: this.workload.deployment, ...replicas, triggers: backendTriggers(args) },
      own,
    );
  }
}

function gatewayProcess(
  image: string,
  secrets: Mount,
  { cpu, memoryMiB, drainSeconds }: BackendArgs,
): Omit<Container, "name"> {
  return {
    image,
    environment: {
      GATEWAY_PEPPER_FILE: "/run/secrets/gateway/pepper",
      GATEWAY_FIRST_KEY_FILE: "/run/secrets/gateway/first-key",
      GATEWAY_DRAIN_SECONDS: String(drainSeconds),
    },
    resources: { cpu, memoryMiB },
    mounts: [secrets, scratch("tmp", "/tmp", 128)],
  };
}

function workloadArgs(
  process: Omit<Container, "name">,
  { environment, tokenReason }: EngineDiscovery,
  { namespace, database, uses, drainSeconds, usageJournal }: BackendArgs,
) {
  const journal = usageJournal ? [usageRecords] : [];
  return {
    ...process,
    environment: {
      ...process.environment,
      ...environment,
      ...(usageJournal && { GATEWAY_USAGE_JOURNAL: usageRecords.path }),
    },
    mounts: [...(process.mounts ?? []), ...journal],
    tokenReason,
    namespace,
    component: "backend",
    args: ["serve"],
    ports: { http: BACKEND_PORT },
    probes: {
      startup: http("/health", "http", 2, 60),
      ready: http("/ready", "http", 5, 2),
      live: http("/health", "http"),
    },
    uses: [database, ...uses],
    user: BACKEND_USER,
    scale: "autoscaled" as const,
    shutdown: { drainSeconds, drainRequest: { path: "/health/drain", port: "http" } },
  };
}
