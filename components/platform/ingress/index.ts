import type { IIngressRoute } from "@kubernetes-models/traefik/traefik.io/v1alpha1/IngressRoute";
import type { IMiddleware } from "@kubernetes-models/traefik/traefik.io/v1alpha1/Middleware";
import type { ITLSOption } from "@kubernetes-models/traefik/traefik.io/v1alpha1/TLSOption";
import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  type Around,
  type Connection,
  customResource,
  type Member,
  type Part,
  reachKubernetesApi,
  release,
  type ScrapeTarget,
  serveAnyone,
} from "../../foundation";
import { charts } from "../../versions";
import type { Certificates } from "../certificates";
import { ingressAlerts } from "./alerts";
import { DASHBOARD_PORT, dashboardRoute } from "./dashboard";
import type { IngressKeys } from "./keys";
import { definitionOf, middlewareSpec, tlsOptions } from "./middlewares";
import { byHost, type HostRoutes, routeSpec, tlsSecretOf } from "./routes";
import { trafficDashboard } from "./traffic";
import { buildValues, METRICS_PORT, NAMESPACE, PUBLIC_PORTS, TRAEFIK_PODS } from "./values";

export type IngressArgs = IngressKeys &
  Pick<Around, "site"> & {
    /** Signs the certificates of public hosts. @default Traefik's own, which no client trusts */
    readonly certificates?: Certificates | undefined;
  };

/** Traefik, the only public entry of the platform: TLS, limits per client, headers, and routes made for streams. */
export class Ingress extends pulumi.ComponentResource implements Part {
  readonly name: string;
  readonly connections = {};
  /** Traefik's pods, which forward to what is routed. */
  readonly client = { name: "traefik", peer: { namespace: NAMESPACE, labels: TRAEFIK_PODS } };
  readonly metrics: readonly ScrapeTarget[];
  readonly alerts = ingressAlerts;
  readonly alertGroup = "traefik-alerts";
  readonly dashboards = [trafficDashboard];
  private readonly args: IngressArgs;
  private readonly traefik: k8s.helm.v3.Release;
  /** Where the middlewares that are in use count together. */
  private readonly counters: Connection[] = [];

  constructor(name: string, args: IngressArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:platform:Ingress", name, {}, opts);
    this.name = name;
    this.args = args;
    const own = { parent: this };
    const { site, certificates } = args;
    const namespace = site.addNamespace(
      name,
      { name: NAMESPACE, access: [reachKubernetesApi(site.network), serveAnyone(...publicPorts(args))] },
      own,
    );
    this.traefik = release(
      name,
      {
        chart: site.artifacts.chart(charts.traefik),
        namespace,
        releaseName: "traefik",
        values: buildValues({
          ...args,
          artifacts: site.artifacts,
          ...site.nodes,
          challenged: certificates?.challenge !== undefined,
        }),
        extraValues: args.extraValues,
      },
      { ...own, dependsOn: [namespace] },
    );
    customResource<ITLSOption>(
      `${name}-tls-options`,
      {
        apiVersion: "traefik.io/v1alpha1",
        kind: "TLSOption",
        // Traefik applies the one of this name to every host that names no other.
        metadata: {
          name: "default",
          namespace: namespace.reference,
          labels: namespace.labels("default", "tls-options"),
        },
        spec: tlsOptions,
      },
      { ...own, dependsOn: [this.traefik] },
    );
    if (args.dashboard) dashboardRoute(name, namespace, { ...own, dependsOn: [this.traefik] });
    this.metrics = [{ ...this.client, port: METRICS_PORT }];
    this.registerOutputs({});
  }

  /** Traefik's pods reach what answers challenges and, once routes go through them, what middlewares count in. */
  get members(): readonly Member[] {
    return [{ ...this.client, uses: [...this.challenges(), ...this.counters] }];
  }

  /** Serves what parts declare under public hosts: certificates, middlewares and routes. */
  route(parts: readonly Part[]): void {
    const { site, certificates } = this.args;
    const { namespace } = site;
    const after = { parent: this, dependsOn: [this.traefik, namespace] };
    const groups = byHost(parts.flatMap(({ routes = [] }) => routes));
    const names = new Set(groups.flatMap(({ routes }) => routes.flatMap(({ through }) => through)));
    const connection = (reference: string) => connectionOf(parts, reference);
    for (const name of names) this.middleware(name, connection, after);
    for (const host of new Set(groups.map((group) => group.host)))
      certificates?.certificate({ namespace, host, secretName: this.tlsSecret(host) }, after);
    for (const group of groups) this.ingressRoute(group, after);
  }

  /** Addresses under which the parts are served, by the name of their routes. */
  static urls(parts: readonly Part[]): Record<string, string> {
    return Object.fromEntries(
      byHost(parts.flatMap(({ routes = [] }) => routes)).map(({ name, host }) => [name, `https://${host}`]),
    );
  }

  private tlsSecret(host: string): string {
    return tlsSecretOf(host, this.args.tlsSecrets);
  }

  private middleware(name: string, connection: (reference: string) => Connection, opts: pulumi.CustomResourceOptions) {
    const definition = definitionOf(name, this.args);
    if (!definition) throw new pulumi.ResourceError(`No middleware is named "${name}".`, this);
    const { site } = this.args;
    const { countedIn } = definition.rateLimit ?? {};
    if (countedIn !== undefined) this.counters.push(connection(countedIn));
    customResource<IMiddleware>(
      name,
      {
        apiVersion: "traefik.io/v1alpha1",
        kind: "Middleware",
        metadata: { name, namespace: site.namespace.reference, labels: site.labels(name, "middleware") },
        spec: middlewareSpec(definition, { keys: this.args, domain: site.domain, connection }),
      },
      opts,
    );
  }

  private ingressRoute(group: HostRoutes, opts: pulumi.CustomResourceOptions): void {
    const { site, certificates } = this.args;
    customResource<IIngressRoute>(
      `${group.name}-route`,
      {
        apiVersion: "traefik.io/v1alpha1",
        kind: "IngressRoute",
        metadata: {
          name: group.name,
          namespace: site.namespace.reference,
          labels: site.labels(group.name, "route"),
        },
        spec: routeSpec(group, certificates && this.tlsSecret(group.host), (through) => this.strips(through)),
      },
      opts,
    );
  }

  /** Prefixes that these middlewares take off a path. */
  private strips(through: readonly string[]): string[] {
    return through.flatMap((name) => definitionOf(name, this.args)?.stripPrefix?.prefixes ?? []);
  }

  /** The pods that answer ACME challenges live where the certificates do. */
  private challenges(): Connection[] {
    const { certificates, site } = this.args;
    if (!certificates?.challenge) return [];
    const { labels, port } = certificates.challenge;
    const server = { name: "acme-challenge", peer: { namespace: site.namespace.name, labels }, ports: [port] };
    return [{ name: "acme-challenge", host: "", port, server, ready: [] }];
  }
}

function publicPorts({ dashboard }: IngressArgs): number[] {
  return [...Object.values(PUBLIC_PORTS), ...(dashboard ? [DASHBOARD_PORT] : [])];
}

function connectionOf(parts: readonly Part[], reference: string): Connection {
  const connection = parts.find(({ name }) => name === reference)?.connections["default"];
  if (!connection) throw new Error(`No part named "${reference}" offers a connection.`);
  return connection;
}
