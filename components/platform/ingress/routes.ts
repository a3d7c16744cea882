import type { IIngressRoute } from "@kubernetes-models/traefik/traefik.io/v1alpha1/IngressRoute";
import type { Leaves, Route } from "../../foundation";

type RouteSpec = Leaves<NonNullable<IIngressRoute["spec"]>>;

/** All routes of one name at one host: one IngressRoute. */
export interface HostRoutes {
  readonly name: string;
  readonly host: string;
  readonly routes: readonly Route[];
}

/** Groups routes by name and host; a name's second host gets a number behind it. */
export function byHost(routes: readonly Route[]): HostRoutes[] {
  const names = [...new Set(routes.map(({ name }) => name))];
  return names.flatMap((name) => {
    const own = routes.filter((route) => route.name === name);
    return [...new Set(own.map(({ host }) => host))].map((host, index) => ({
      name: index === 0 ? name : `${name}-${index + 1}`,
      host,
      routes: own.filter((route) => route.host === host),
    }));
  });
}

/** Name of the Secret with a host's certificate. */
export function tlsSecretOf(host: string, fixed: Readonly<Record<string, string>>): string {
  return fixed[host] ?? `${host.replaceAll(".", "-")}-tls`;
}

export function routeSpec({ host, routes }: HostRoutes, secretName: string | undefined): RouteSpec {
  return {
    entryPoints: ["websecure"],
    routes: routes.map(({ paths, through, service }) => ({
      kind: "Rule",
      match: matchRule(host, paths),
      middlewares: through.map((name) => ({ name })),
      // Prefers the less busy of two pods: round robin piles long streams onto whoever has them already.
      services: [{ name: service.name, port: service.port, strategy: "p2c" }],
    })),
    tls: secretName ? { secretName } : {},
  };
}

/** Paths outside the list, `/metrics` above all, are not reachable from outside. */
function matchRule(host: string, paths: readonly string[]): string {
  return `Host(\`${host}\`) && (${paths.map((path) => `PathPrefix(\`${path}\`)`).join(" || ")})`;
}
