import type { Probe, Probes, ProbesOrReason } from "../../foundation";
import type { ProbeKeys, ProbesKeys } from "./container-keys";

const DEFAULTS = { periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 5 };

/** The probes of a service; `port` is its first, for those that name none. */
export function serviceProbes(keys: ProbesKeys | undefined, port: string | undefined): ProbesOrReason {
  const probes = keys && containerProbes(keys, port);
  return probes ?? { none: "it serves no requests, and a process that ends is started anew" };
}

/** The probes of a container; where only one of `ready` and `live` is stated, it is both. */
export function containerProbes({ startup, ...keys }: ProbesKeys, port: string | undefined): Probes | undefined {
  const ready = keys.ready ?? keys.live;
  const live = keys.live ?? keys.ready;
  if (!ready || !live) return undefined;
  return {
    ...(startup && { startup: probe(startup, port) }),
    ready: probe(ready, port),
    live: probe(live, port),
  };
}

function probe(keys: ProbeKeys, first = "http"): Probe {
  if (typeof keys === "string") return { httpGet: { path: keys, port: first }, ...DEFAULTS };
  if ("httpGet" in keys) {
    const { httpGet, ...timing } = keys;
    return { httpGet: { path: httpGet.path, port: httpGet.port ?? first }, ...DEFAULTS, ...stated(timing) };
  }
  if ("tcpSocket" in keys) {
    const { tcpSocket, ...timing } = keys;
    return { tcpSocket: { port: tcpSocket.port ?? first }, ...DEFAULTS, ...stated(timing) };
  }
  const { exec, ...timing } = keys;
  return { exec, ...DEFAULTS, ...stated(timing) };
}

function stated(timing: Readonly<Record<string, number | undefined>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(timing).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
