import type { ICluster } from "@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1/Cluster";
import type { IDatabase } from "@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1/Database";
import type { IImageCatalog } from "@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1/ImageCatalog";
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import {
  type Around,
  bothPlacements,
  customResource,
  type Leaves,
  type OwnedSecret,
  resourceRequirements,
  unprotected,
} from "../../foundation";
import { images } from "../../versions";
import { type Database, databasesOf, extensionSql, serverSettings } from "./databases";
import type { PostgresKeys } from "./keys";

export type PostgresArgs = PostgresKeys & Pick<Around, "site">;
type ClusterSpec = Leaves<NonNullable<ICluster["spec"]>>;

/** Major version of all images. */
const MAJOR = 16;
/** User and group `postgres` of the images; the operator assumes those of its own. */
const OPERAND_USER = 26;
const TIMESCALE_USER = 1000;

/** Image of the servers, and the user of its processes. */
export function operandImage({ image, site }: Pick<PostgresArgs, "image" | "site">) {
  return image === "standard"
    ? { image: site.artifacts.image(images.postgresOperand), user: OPERAND_USER }
    : { image: site.artifacts.image(images.timescaledb), user: TIMESCALE_USER };
}

/** The Cluster with its databases; clients wait for its servers, and for those databases that it does not begin with. */
export function postgresCluster(
  name: string,
  args: PostgresArgs,
  secrets: ReadonlyMap<string, OwnedSecret>,
  certificate: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource[] {
  const { site } = args;
  const { namespace, protect } = site;
  const metadata = {
    namespace: namespace.reference,
    labels: { ...namespace.labels(name, "database"), ...args.labels },
    annotations: unprotected(site),
  };
  const keep = { ...opts, protect, retainOnDelete: protect };
  const catalog = args.image === "timescaledb-ha" ? [imageCatalog(name, args, opts)] : [];
  const cluster = customResource<ICluster>(
    name,
    {
      apiVersion: "postgresql.cnpg.io/v1",
      kind: "Cluster",
      metadata: { ...metadata, name },
      spec: clusterSpec(name, args, secrets, certificate),
      waitFor: "condition=Ready",
    },
    { ...keep, dependsOn: [...([opts.dependsOn ?? []].flat() as pulumi.Resource[]), ...catalog] },
  );
  const [, ...further] = databasesOf(args.databases);
  const databases = further.map((database) =>
    customResource<IDatabase>(
      objectName(name, database),
      {
        apiVersion: "postgresql.cnpg.io/v1",
        kind: "Database",
        metadata: { ...metadata, name: objectName(name, database) },
        spec: databaseSpec(name, database),
        waitFor: "jsonpath={.status.applied}=true",
      },
      { ...keep, dependsOn: [cluster] },
    ),
  );
  return [cluster, ...databases];
}

function objectName(name: string, database: Database): string {
  return `${name}-${database.name.replaceAll("_", "-")}`;
}

function clusterSpec(
  name: string,
  args: PostgresArgs,
  secrets: ReadonlyMap<string, OwnedSecret>,
  certificate: pulumi.Output<string>,
): ClusterSpec {
  const { instances, storage, storageClass, resources } = args;
  const [first, ...further] = databasesOf(args.databases);
  return {
    instances,
    ...operand(name, args),
    ...podLabels(args),
    enableSuperuserAccess: false,
    bootstrap: {
      initdb: {
        database: first.name,
        owner: first.owner,
        secret: { name: secretOf(secrets, first.owner) },
        postInitApplicationSQL: [...first.extensions.map(extensionSql), ...first.sql],
      },
    },
    ...managedRoles(
      further.filter(({ owner }) => owner !== first.owner),
      secrets,
    ),
    certificates: { serverTLSSecret: certificate, serverCASecret: certificate },
    // The operator's own choice, said because a query as probe would take a busy server out.
    probes: { startup: { type: "pg_isready" }, readiness: { type: "pg_isready" } },
    storage: { size: storage, ...(storageClass && { storageClass }) },
    resources: resourceRequirements(resources),
    affinity: {
      enablePodAntiAffinity: true,
      topologyKey: "topology.kubernetes.io/zone",
      podAntiAffinityType: "preferred",
      ...bothPlacements(args.site.placement),
    },
    postgresql: {
      parameters: serverSettings(args),
      // With a standby to spare, a commit is answered only when a second server has it: losing the primary loses nothing.
      ...(instances > 2 && { synchronous: { method: "any", number: 1 } }),
    },
  };
}

/** Labels of everything that the operator makes of the Cluster. */
function podLabels({ site, labels }: PostgresArgs): Partial<ClusterSpec> {
  const all = { ...site.namespace.common, ...labels };
  return Object.keys(all).length > 0 ? { inheritedMetadata: { labels: all } } : {};
}

/** The operator reads the version from its own images' tags; of any other image it must be told. */
function operand(name: string, args: PostgresArgs): Partial<ClusterSpec> {
  const { image, user } = operandImage(args);
  if (args.image === "standard") return { imageName: image };
  return {
    imageCatalogRef: { apiGroup: "postgresql.cnpg.io", kind: "ImageCatalog", name, major: MAJOR },
    postgresUID: user,
    postgresGID: user,
  };
}

function imageCatalog(name: string, args: PostgresArgs, opts: pulumi.CustomResourceOptions) {
  const { site } = args;
  return customResource<IImageCatalog>(
    `${name}-images`,
    {
      apiVersion: "postgresql.cnpg.io/v1",
      kind: "ImageCatalog",
      metadata: { name, namespace: site.namespace.reference, labels: site.labels(name, "database") },
      spec: { images: [{ major: MAJOR, image: operandImage(args).image }] },
    },
    opts,
  );
}

function managedRoles(
  databases: readonly Database[],
  secrets: ReadonlyMap<string, OwnedSecret>,
): Pick<ClusterSpec, "managed"> {
  const owners = [...new Set(databases.map(({ owner }) => owner))];
  if (owners.length === 0) return {};
  const roles = owners.map((owner) => ({
    name: owner,
    ensure: "present" as const,
    login: true,
    passwordSecret: { name: secretOf(secrets, owner) },
  }));
  return { managed: { roles } };
}

function databaseSpec(cluster: string, { name, owner, extensions }: Database): Leaves<IDatabase["spec"]> {
  return {
    name,
    owner,
    cluster: { name: cluster },
    extensions: extensions.map((extension) => ({ name: extension, ensure: "present" as const })),
    // Removing the object must not remove the data.
    databaseReclaimPolicy: "retain",
  };
}

function secretOf(secrets: ReadonlyMap<string, OwnedSecret>, owner: string): pulumi.Output<string> {
  const secret = secrets.get(owner);
  if (!secret) throw new Error(`The role "${owner}" has no password.`);
  return secret.secretName;
}
