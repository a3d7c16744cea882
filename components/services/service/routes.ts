import { type Around, type Route, servicePort, type Workload } from "../../foundation";
import type { ServiceKeys } from "./keys";
import { portsOf } from "./ports";

type RouteArgs = Pick<ServiceKeys, "routes" | "metrics" | "port" | "ports"> & Pick<Around, "site">;

/** The public paths of a service; what it tells Prometheus on the same port stays inside. */
export function serviceRoutes(name: string, args: RouteArgs, workload: Workload): Route[] {
  const ports = portsOf(args);
  const [first = ""] = Object.keys(ports);
  const { metrics, site } = args;
  return args.routes.map(({ host = site.domain, path, port = first, through }) => {
    const served = ports[port];
    if (served === undefined) throw new Error(`There is no port "${port}"; the loader should have said so.`);
    return {
      name,
      host,
      paths: [path],
      inside: metrics && (metrics.port ?? first) === port ? [metrics.path] : [],
      through,
      server: workload.server(port),
      service: { name, port: servicePort(served) },
    };
  });
}
