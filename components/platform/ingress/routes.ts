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

/** `strips` are the prefixes that middlewares of these names take off a path. */
export function routeSpec(
  { host, routes }: HostRoutes,
  secretName: string | undefined,
  strips: (through: readonly string[]) => readonly string[],
): RouteSpec {
  return {
    entryPoints: ["websecure"],
    routes: routes.map(({ paths, inside = [], through, service }) => ({
      kind: "Rule",
      match: matchRule(host, paths, exceptions(paths, inside, strips(through))),
      // The longest path wins. Traefik's own order goes by the length of the whole rule, exceptions included.
      priority: Math.max(...paths.map(({ length }) => length)),
      middlewares: through.map((name) => ({ name })),
      // Prefers the less busy of two pods: round robin piles long streams onto whoever has them already.
      services: [{ name: service.name, port: service.port, strategy: "p2c" }],
    })),
    tls: secretName ? { secretName } : {},
  };
}

/** Paths outside the list, and those that are excepted, are not reachable from outside. */
function matchRule(host: string, paths: readonly string[], except: readonly string[]): string {
  const hidden = except.length > 0 ? ` && !${anyOf(except)}` : "";
  return `Host(\`${host}\`) && ${anyOf(paths)}${hidden}`;
}

function anyOf(paths: readonly string[]): string {
  return `(${paths.map((path) => `PathPrefix(\`${path}\`)`).join(" || ")})`;
}

/** How paths of a server that stay inside would be called from outside, as they are or behind a prefix that is taken off. */
function exceptions(paths: readonly string[], inside: readonly string[], strips: readonly string[]): string[] {
  return inside
    .flatMap((path) => ["", ...strips].map((prefix) => prefix.replace(/\/$/, "") + path))
    .filter((path) => paths.some((open) => path === open || path.startsWith(open.replace(/\/?$/, "/"))));
}
