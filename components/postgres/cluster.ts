import type { ICluster } from "@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1/Cluster";
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import {
  accessPolicy,
  allow,
  charts,
  type Connection,
  customResource,
  GeneratedSecret,
  images,
  labels,
  type Leaves,
  Namespace,
  type Peer,
  reachKubernetesApi,
  release,
  serveKubernetesApi,
  ServerCertificate,
} from "../foundation";
import { type ClusterArgs, DATABASE, POSTGRES_PORT, ROLE } from "./args";
import { buildOperatorValues } from "./values";

/** Port on which each server tells the operator and its peers how it is. */
const STATUS_PORT = 8000;
const METRICS_PORT = 9187;
const WEBHOOK_PORT = 9443;

/** A CloudNativePG cluster and the operator that keeps it: failover, rolling updates, switch-over before maintenance. */
export function cluster(name: string, args: ClusterArgs, own: pulumi.CustomResourceOptions): Connection {
  const { namespace, authority } = args;
  const servers: Required<Peer> = { namespace: namespace.name, labels: { "cnpg.io/cluster": name } };
  const operator = installOperator(name, args, servers, own);

  const credentials = new GeneratedSecret(
    `${name}-credentials`,
    { namespace, keys: ["password"], fixed: { username: ROLE }, type: "kubernetes.io/basic-auth" },
    own,
  );
  const services = ["rw", "r", "ro"].map((suffix) => `${name}-${suffix}`);
  const certificate = new ServerCertificate(`${name}-tls`, { namespace, authority, services }, own);
  const inside = { ...own, dependsOn: [namespace, operator] };
  allow(
    { client: { name, peer: servers }, server: { name, peer: servers }, ports: [POSTGRES_PORT, STATUS_PORT] },
    inside,
  );
  const api = reachKubernetesApi(servers.labels);
  new k8s.networking.v1.NetworkPolicy(
    `${name}-${api.name}`,
    accessPolicy({ ...api, name: `${name}-${api.name}` }, namespace.name),
    inside,
  );

  const database = customResource<ICluster>(
    name,
    {
      apiVersion: "postgresql.cnpg.io/v1",
      kind: "Cluster",
      metadata: { name, namespace: namespace.reference, labels: labels(name, "database") },
      spec: clusterSpec(args, credentials.secretName, certificate.secretName),
      waitFor: "condition=Ready",
    },
    { ...inside, protect: args.protect, retainOnDelete: args.protect },
  );
  args.observability.scrape(name, { ...servers, namespace, port: METRICS_PORT }, inside);
  return {
    name,
    host: `${name}-rw.${namespace.name}.svc.cluster.local`,
    port: POSTGRES_PORT,
    attributes: { database: DATABASE },
    credentials: { secretName: credentials.secretName, keys: ["username", "password"] },
    authority: { secretName: certificate.secretName },
    server: servers,
    ready: [database],
  };
}

function installOperator(
  name: string,
  { artifacts, instances }: ClusterArgs,
  servers: Peer,
  own: pulumi.CustomResourceOptions,
): k8s.helm.v3.Release {
  const namespace = new Namespace(
    `${name}-operator`,
    { name: "cnpg-system", access: [reachKubernetesApi(), serveKubernetesApi(WEBHOOK_PORT)] },
    own,
  );
  const operator = { name: "cnpg", peer: { namespace: namespace.name } };
  const inside = { ...own, dependsOn: [namespace] };
  allow({ client: operator, server: { name, peer: servers }, ports: [POSTGRES_PORT, STATUS_PORT] }, inside);
  return release(
    `${name}-operator`,
    {
      chart: artifacts.chart(charts.cloudnativePg),
      namespace,
      releaseName: "cnpg",
      values: buildOperatorValues({ instances, artifacts }),
    },
    inside,
  );
}

function clusterSpec(
  args: ClusterArgs,
  credentials: pulumi.Output<string>,
  certificate: pulumi.Output<string>,
): Leaves<NonNullable<ICluster["spec"]>> {
  const { instances, memoryMiB, storageGiB, storageClass, artifacts } = args;
  const memory = `${memoryMiB}Mi`;
  return {
    instances,
    imageName: artifacts.image(images.postgresOperand),
    enableSuperuserAccess: false,
    bootstrap: {
      initdb: {
        database: DATABASE,
        owner: ROLE,
        secret: { name: credentials },
        postInitApplicationSQL: ["CREATE EXTENSION IF NOT EXISTS vector"],
      },
    },
    certificates: { serverTLSSecret: certificate, serverCASecret: certificate },
    storage: { size: `${storageGiB}Gi`, ...(storageClass && { storageClass }) },
    resources: { requests: { cpu: "250m", memory }, limits: { cpu: "2", memory } },
    affinity: {
      enablePodAntiAffinity: true,
      topologyKey: "topology.kubernetes.io/zone",
      podAntiAffinityType: "preferred",
    },
    postgresql: {
      parameters: { shared_buffers: `${Math.floor(memoryMiB / 4)}MB` },
      // With a standby to spare, a commit is answered only when a second server has it: losing the primary loses nothing.
      ...(instances > 2 && { synchronous: { method: "any", number: 1 } }),
    },
  };
}
