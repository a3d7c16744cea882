import type { Port } from "../../foundation";
import type { ServiceKeys } from "./keys";

/** Ports of a service's own container by name; `port` is the first, and named `http`. */
export function portsOf({ port, ports }: Pick<ServiceKeys, "port" | "ports">): Record<string, Port> {
  return { ...(port !== undefined && { http: port }), ...ports };
}

/** Ports of all its containers by name, its own first. */
export function allPortsOf(keys: Pick<ServiceKeys, "port" | "ports" | "sidecars">): Record<string, Port> {
  const beside = Object.values(keys.sidecars).flatMap(({ ports }) => Object.entries(ports));
  return { ...portsOf(keys), ...Object.fromEntries(beside) };
}
