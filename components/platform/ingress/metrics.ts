import { counter, histogram } from "../../foundation/metric";

/** Traefik 3.7. A service is named `<namespace>-<route>-<hash>@kubernetescrd`. */
export const traefikMetrics = {
  serviceRequests: counter("traefik_service_requests_total", ["code", "method", "protocol", "service"]),
  serviceDuration: histogram("traefik_service_request_duration_seconds", ["code", "method", "protocol", "service"]),
  entryPointRequests: counter("traefik_entrypoint_requests_total", ["code", "method", "protocol", "entrypoint"]),
  entryPointDuration: histogram("traefik_entrypoint_request_duration_seconds", [
    "code",
    "method",
    "protocol",
    "entrypoint",
  ]),
  routerRequests: counter("traefik_router_requests_total", ["code", "method", "protocol", "router", "service"]),
} as const;

/** The name under which Traefik counts the service behind a route, whatever the route's hosts: the hash is twenty hexadecimal digits. */
export function serviceOfRoute(namespace: string, route: string): RegExp {
  return new RegExp(`${namespace}-${route}(-\\d+)?-[0-9a-f]{20}@kubernetescrd`);
}
