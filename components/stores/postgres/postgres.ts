import * as pulumi from "@pulumi/pulumi";
import {
  type Connections,
  type Dashboard,
  type Member,
  type Part,
  reachKubernetesApi,
  type ScrapeTarget,
  ServerCertificate,
} from "../../foundation";
import { postgresAlerts } from "./alerts";
import { operandImage, type PostgresArgs, postgresCluster } from "./cluster";
import { databaseConnections, databasesOf, POSTGRES_PORT, roleSecrets } from "./databases";
import { postgresDashboard } from "./dashboard";
import { OPERATOR, PostgresOperator } from "./operator";
import { primaryService } from "./primary";
import { vectorTask } from "./vector-task";

export type { PostgresArgs } from "./cluster";

/** Port on which each server tells the operator and its peers how it is. */
const STATUS_PORT = 8000;
const METRICS_PORT = 9187;

/**
 * A PostgreSQL cluster with pgvector under CloudNativePG: replication, failover, rolling updates, switch-over before maintenance.
 * Clients connect with TLS and verify the server.
 */
export class Postgres extends pulumi.ComponentResource implements Part {
  readonly name: string;
  readonly connections: Connections;
  readonly members: readonly Member[];
  readonly metrics: readonly ScrapeTarget[];
  readonly alerts = postgresAlerts;
  readonly dashboards: readonly Dashboard[];

  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:stores:Postgres", name, {}, opts);
    this.name = name;
    const own = { parent: this };
    const { site, instances, serviceName } = args;
    const { namespace, authority } = site;
    const operator = site.once("postgres-operator", () => new PostgresOperator("postgres-operator", { site }, opts));
    const databases = databasesOf(args.databases);

    const secrets = roleSecrets(name, databases, namespace, own);
    const services = [...(serviceName ? [serviceName] : []), ...serviceNames(name)];
    const certificate = new ServerCertificate(`${name}-tls`, { namespace, authority, services }, own);
    const ready = postgresCluster(name, args, secrets, certificate.secretName, {
      ...own,
      dependsOn: [namespace, operator.release],
    });

    // A Service is ready once it leads somewhere, which is after the servers.
    const primary = serviceName ? [primaryService(serviceName, name, args, { ...own, dependsOn: ready })] : [];

    const peer = { namespace: namespace.name, labels: { "cnpg.io/cluster": name } };
    const host = (service: string) => `${service}.${namespace.name}.svc.cluster.local`;
    const base = {
      name,
      host: host(serviceName ?? `${name}-rw`),
      port: POSTGRES_PORT,
      authority: { secretName: certificate.secretName },
      server: { name, peer, ports: [POSTGRES_PORT] },
      ready: [...ready, ...primary],
    };
    const readOnlyHost = instances > 1 ? host(`${name}-ro`) : undefined;
    this.connections = databaseConnections(databases, secrets, base, readOnlyHost);
    const vectors = vectorTask(
      name,
      databases,
      this.connections,
      { ...operandImage(args), site, labels: args.labels, memory: args.resources.memory },
      own,
    );
    this.members = [...members(name, peer, args), ...(vectors ? [vectors.member] : [])];
    this.metrics = [{ name, peer, port: METRICS_PORT }];
    this.dashboards = [postgresDashboard(name, namespace.name)];
    this.registerOutputs({ host: base.host });
  }
}

/** The Services that the operator makes. */
export function serviceNames(name: string): string[] {
  return ["rw", "r", "ro"].map((suffix) => `${name}-${suffix}`);
}

/** The servers, which talk to each other and to the API server; and the operator, which talks to all of them. */
function members(name: string, peer: Required<Member["peer"]>, { site }: PostgresArgs): Member[] {
  const ports = [POSTGRES_PORT, STATUS_PORT];
  const status = { name, host: "", port: STATUS_PORT, server: { name, peer, ports }, ready: [] };
  return [
    { name, peer, peerPorts: ports, access: [reachKubernetesApi(site.network)] },
    { ...OPERATOR, uses: [status] },
  ];
}
