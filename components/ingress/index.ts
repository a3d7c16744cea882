import type { IIngressRoute } from "@kubernetes-models/traefik/traefik.io/v1alpha1/IngressRoute";
import type { IMiddleware } from "@kubernetes-models/traefik/traefik.io/v1alpha1/Middleware";
import type { ITLSOption } from "@kubernetes-models/traefik/traefik.io/v1alpha1/TLSOption";
import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  allow,
  charts,
  customResource,
  labels,
  Namespace,
  reachKubernetesApi,
  release,
  serveInternet,
} from "../foundation";
import { traefikAlerts } from "../observability";
import type { IngressArgs, RouteArgs } from "./args";
import { middlewareChain, tlsOptions } from "./middlewares";
import { buildValues, METRICS_PORT, NAMESPACE, PUBLIC_PORTS, TRAEFIK_PODS } from "./values";

export type { IngressArgs, RouteArgs } from "./args";

/** Traefik, the only public entry of the platform: TLS, limits per client, headers, and routes made for streams. */
export class Ingress extends pulumi.ComponentResource {
  private readonly traefik: k8s.helm.v3.Release;
  private readonly client = { name: "traefik", peer: { namespace: NAMESPACE, labels: TRAEFIK_PODS } };

  constructor(
    name: string,
    private readonly args: IngressArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("ai-platform:ingress:Ingress", name, {}, opts);
    const own = { parent: this };
    const namespace = new Namespace(
      name,
      { name: NAMESPACE, access: [reachKubernetesApi(), serveInternet(Object.values(PUBLIC_PORTS))] },
      own,
    );
    this.traefik = release(
      name,
      {
        chart: args.artifacts.chart(charts.traefik),
        namespace,
        releaseName: "traefik",
        values: buildValues(args),
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
        metadata: { name: "default", namespace: namespace.reference, labels: labels("default", "tls-options") },
        spec: tlsOptions,
      },
      { ...own, dependsOn: [this.traefik] },
    );
    args.observability.scrape("traefik", { namespace, labels: TRAEFIK_PODS, port: METRICS_PORT }, own);
    args.observability.alert("traefik-alerts", traefikAlerts, own);
    this.registerOutputs({});
  }

  /** Serves a workload under a public host: certificate, middlewares, route, and the way from Traefik to its pods. */
  route(name: string, args: RouteArgs, opts: pulumi.CustomResourceOptions): void {
    const { namespace, host, paths, server, port } = args;
    const { certificates } = this.args;
    const after = pulumi.mergeOptions(opts, { dependsOn: [this.traefik, namespace] });
    const secretName = certificates.certificate(name, { namespace, hosts: [host] }, after);
    const middlewares = this.middlewares(name, args, after);
    customResource<IIngressRoute>(
      name,
      {
        apiVersion: "traefik.io/v1alpha1",
        kind: "IngressRoute",
        metadata: { name, namespace: namespace.reference, labels: labels(name, "route") },
        spec: {
          entryPoints: ["websecure"],
          routes: [
            {
              kind: "Rule",
              match: matchRule(host, paths),
              middlewares,
              // Prefers the less busy of two pods: round robin piles long streams onto whoever has them already.
              services: [{ name: server.name, port, strategy: "p2c" }],
            },
          ],
          tls: { secretName },
        },
      },
      after,
    );
    allow({ client: this.client, server, ports: [port] }, after);
    if (certificates.challenge) {
      const { labels: pods, port: challengePort } = certificates.challenge;
      const solver = { name: `${name}-challenge`, peer: { namespace: namespace.name, labels: pods } };
      allow({ client: this.client, server: solver, ports: [challengePort] }, after);
    }
  }

  private middlewares(name: string, { namespace, host }: RouteArgs, opts: pulumi.CustomResourceOptions) {
    return middlewareChain(this.args, host).map(({ name: part, spec }) => {
      const middleware = customResource<IMiddleware>(
        `${name}-${part}`,
        {
          apiVersion: "traefik.io/v1alpha1",
          kind: "Middleware",
          metadata: {
            name: `${name}-${part}`,
            namespace: namespace.reference,
            labels: labels(`${name}-${part}`, "middleware"),
          },
          spec,
        },
        opts,
      );
      return { name: middleware.metadata.name };
    });
  }
}

/** Paths outside the list, `/metrics` above all, are not reachable from outside. */
function matchRule(host: string, paths: readonly string[]): string {
  return `Host(\`${host}\`) && (${paths.map((path) => `PathPrefix(\`${path}\`)`).join(" || ")})`;
}
