import type { Around, Connection, Scale, Trigger, Workload } from "../../foundation";
import { ingressLatency, ingressRequests } from "../../platform/ingress/signals";
import type { ScaleKeys, SignalKeys } from "./scale-keys";

/** A service's bounds and signals as the autoscaler takes them. */
export function serviceScale(
  { name: service, deployment }: Pick<Workload, "name" | "deployment">,
  keys: ScaleKeys,
  { site: { namespace }, connection }: Pick<Around, "site" | "connection">,
): Scale {
  const { name = service, min, max, on, upAfterSeconds, downAfterSeconds, cooldownSeconds } = keys;
  const [first, ...others] = on.map((signal) => trigger(service, signal, namespace.name, connection));
  if (!first) throw new Error(`"${service}" scales on nothing; the schema should have said so.`);
  const behaviour = { upAfterSeconds, downAfterSeconds };
  const triggers: Scale["triggers"] = [first, ...others];
  const ready = [deployment];
  return { name, namespace, target: service, ready, min, max, triggers, behaviour, cooldownSeconds };
}

function trigger(
  service: string,
  signal: SignalKeys,
  namespace: string,
  connection: (reference: string) => Connection,
): Trigger {
  const { cpu, memory, ingressRequests: requests, ingressLatency: latency, list, query, cron } = signal;
  if (cpu) return { kind: "cpu", ...cpu };
  if (memory) return { kind: "memory", ...memory };
  if (requests) return ingressRequests(namespace, service, requests.perPod);
  if (latency) return ingressLatency(namespace, service, latency.quantile, latency.seconds);
  if (list) return listTrigger(list, connection);
  if (cron) return { kind: "cron", ...cron };
  if (query) {
    const { promql, threshold, compare, wakeAbove } = query;
    return { kind: "prometheus", query: promql, threshold, compare, ...(wakeAbove !== undefined && { wakeAbove }) };
  }
  throw new Error("A signal needs a kind; the schema should have said so.");
}

function listTrigger(
  { in: store, name, perPod }: NonNullable<SignalKeys["list"]>,
  connection: (reference: string) => Connection,
): Trigger {
  const { list } = connection(store);
  if (!list) throw new Error(`"${store}" has no lists; the loader should have said so.`);
  return list(name, perPod);
}
