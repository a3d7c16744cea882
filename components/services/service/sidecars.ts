import { type Container, type Port, type Problem, targetPort } from "../../foundation";
import type { ServiceKeys } from "./keys";
import { portsOf } from "./ports";
import { containerProbes } from "./probes";

/** The containers beside a service's own. */
export function serviceSidecars({ sidecars }: Pick<ServiceKeys, "sidecars">): Container[] {
  return Object.entries(sidecars).map(([name, { ports, probes, ...container }]) => ({
    ...container,
    name,
    ports: Object.fromEntries(Object.entries(ports).map(([port, number]) => [port, targetPort(number)])),
    probes: containerProbes(probes, Object.keys(ports)[0]),
  }));
}

/** Containers of a pod share its network: a port has one name and one listener. */
export function sidecarProblems(keys: ServiceKeys, service: string): Problem[] {
  const own = portUses([], portsOf(keys));
  const beside = Object.entries(keys.sidecars).flatMap(([name, { ports }]) => portUses(["sidecars", name], ports));
  return [...nameIsFree(keys, service), ...[...own, ...beside].flatMap(portIsFree)];
}

function nameIsFree({ sidecars }: ServiceKeys, service: string): Problem[] {
  if (!(service in sidecars)) return [];
  const text = "has the name of the service's own container.\n  Rename it, for example exporter.";
  return [{ path: ["sidecars", service], text }];
}

type PortUse = ReturnType<typeof portUses>[number];

function portUses(path: readonly PropertyKey[], ports: Readonly<Record<string, Port>>) {
  return Object.entries(ports).map(([name, port]) => ({
    name,
    number: targetPort(port),
    path: [...path, "ports", name],
  }));
}

function portIsFree({ name, number, path }: PortUse, index: number, all: readonly PortUse[]): Problem[] {
  const earlier = all.slice(0, index);
  if (earlier.some((other) => other.name === name))
    return [{ path, text: `is a second port named "${name}" of the same pod.\n  Rename it.` }];
  const other = earlier.find((use) => use.number === number);
  if (!other) return [];
  return [
    { path, text: `leads to ${number}, where "${other.name}" of the same pod listens.\n  Let it listen elsewhere.` },
  ];
}
