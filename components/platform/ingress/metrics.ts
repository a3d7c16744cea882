import { counter, gauge, histogram } from "../../foundation/metric";

const REQUEST = ["code", "method", "protocol"] as const;

/** Traefik 3.7. A service is named `<namespace>-<route>-<hash>@kubernetescrd`. */
export const traefikMetrics = {
  entryPointRequests: counter("traefik_entrypoint_requests_total", [...REQUEST, "entrypoint"]),
  entryPointDuration: histogram("traefik_entrypoint_request_duration_seconds", [...REQUEST, "entrypoint"]),
  routerRequests: counter("traefik_router_requests_total", [...REQUEST, "router", "service"]),
  routerDuration: histogram("traefik_router_request_duration_seconds", [...REQUEST, "router", "service"]),
  serviceRequests: counter("traefik_service_requests_total", [...REQUEST, "service"]),
  serviceDuration: histogram("traefik_service_request_duration_seconds", [...REQUEST, "service"]),
  openConnections: gauge("traefik_open_connections", ["entrypoint", "protocol"]),
} as const;

/** The name under which Traefik counts the service behind a route, whatever the route's hosts: the hash is twenty hexadecimal digits. */
export function serviceOfRoute(namespace: string, route: string): RegExp {
  return new RegExp(`${namespace}-${route}(-\\d+)?-[0-9a-f]{20}@kubernetescrd`);
}
