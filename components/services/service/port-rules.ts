import type { Problem } from "../../foundation";
import type { ProbeKeys, ProbesKeys } from "./container-keys";
import type { ServiceKeys } from "./keys";
import { allPortsOf, portsOf } from "./ports";

/** Ports that are named exist, and who has ports says how it is. */
export function portProblems(keys: ServiceKeys): Problem[] {
  const own = Object.keys(portsOf(keys));
  return [
    ...needsProbes(keys, own),
    ...routesAndMetrics(keys, own),
    ...probePorts(["probes"], keys.probes, own),
    ...Object.entries(keys.sidecars).flatMap(([name, { probes, ports }]) =>
      probePorts(["sidecars", name, "probes"], probes, Object.keys(ports)),
    ),
  ];
}

function needsProbes({ probes }: ServiceKeys, ports: readonly string[]): Problem[] {
  if (ports.length === 0 || probes?.ready || probes?.live) return [];
  return [
    {
      path: ["probes"],
      text: "is missing, but a service with ports must say how its state is seen, or requests reach pods that cannot answer.\n  Add for example probes: { ready: /ready, live: /health }.",
    },
  ];
}

function routesAndMetrics(keys: ServiceKeys, own: readonly string[]): Problem[] {
  if (own.length === 0 && keys.routes.length > 0) return [noPort("routes")];
  const all = Object.keys(allPortsOf(keys));
  if (all.length === 0 && keys.metrics !== undefined) return [noPort("metrics")];
  return [
    ...keys.routes.flatMap(({ port }, index) => named(["routes", index, "port"], port, own)),
    ...named(["metrics", "port"], keys.metrics?.port, all),
  ];
}

function noPort(what: string): Problem {
  return { path: ["port"], text: `is missing, but ${what} need a port.\n  Add it, for example port: 8000.` };
}

function named(path: readonly PropertyKey[], port: string | undefined, names: readonly string[]): Problem[] {
  if (port === undefined || names.includes(port)) return [];
  return [{ path, text: `is "${port}", but its ports are ${names.join(", ") || "none"}.\n  Name one of them.` }];
}

/** A probe asks a port of its own container. */
function probePorts(path: readonly PropertyKey[], probes: ProbesKeys | undefined, ports: readonly string[]): Problem[] {
  return Object.entries(probes ?? {}).flatMap(([when, probe]) => {
    const asked = probe === undefined ? undefined : askedPort(probe);
    if (asked === undefined) return [];
    if (ports.length > 0) return named([...path, when, asked.kind, "port"], asked.port, ports);
    const text = "asks a port, but the container has none.\n  Add the port, or probe with { exec: { command } }.";
    return [{ path: [...path, when], text }];
  });
}

function askedPort(probe: ProbeKeys): { kind: string; port?: string | undefined } | undefined {
  if (typeof probe === "string") return { kind: "httpGet" };
  if ("httpGet" in probe) return { kind: "httpGet", port: probe.httpGet.port };
  return "tcpSocket" in probe ? { kind: "tcpSocket", port: probe.tcpSocket.port } : undefined;
}
