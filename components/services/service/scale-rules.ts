import { parseReference, type Problem, type Stack } from "../../foundation";
import type { ServiceKeys } from "./keys";
import type { ScaleKeys, SignalKeys } from "./scale-keys";

/** What each signal needs of the platform. */
const needs: Readonly<Record<string, readonly string[]>> = {
  ingressRequests: ["ingress", "monitoring"],
  ingressLatency: ["ingress", "monitoring"],
  query: ["monitoring"],
};

export function scalingProblems(keys: ServiceKeys, stack: Stack): Problem[] {
  const { scale, replicas } = keys;
  if (!scale) return [];
  return [
    ...oneOwner(replicas),
    ...needsAutoscaling(stack),
    ...scale.on.flatMap((signal, index) => [
      ...signalNeeds(signal, index, stack),
      ...listNeedsRedis(signal, index, stack),
      ...requestsNeedRoutes(signal, index, keys),
    ]),
    ...canBeWoken(scale),
  ];
}

function oneOwner(replicas: number | undefined): Problem[] {
  if (replicas === undefined) return [];
  return [
    {
      path: ["replicas"],
      text: `is ${replicas}, but scale owns the number of pods, and two owners would fight over it.\n  Remove replicas, or scale.`,
    },
  ];
}

function needsAutoscaling({ platform }: Stack): Problem[] {
  if (platform["autoscaling"] !== undefined) return [];
  return [
    {
      path: ["scale"],
      text: 'is set, but the stack has no ai-platform:autoscaling, which would move the number of pods.\n  Add "ai-platform:autoscaling: {}", or set replicas instead.',
    },
  ];
}

function signalNeeds(signal: SignalKeys, index: number, { platform }: Stack): Problem[] {
  const [kind = ""] = Object.entries(signal).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  const missing = (needs[kind] ?? []).filter((key) => platform[key] === undefined);
  return missing.map((key) => ({
    path: ["scale", "on", index, kind],
    text: `is set, but the stack has no ai-platform:${key}, which measures it.\n  Add "ai-platform:${key}: {}", or scale on something else.`,
  }));
}

function listNeedsRedis({ list }: SignalKeys, index: number, { parts }: Stack): Problem[] {
  if (!list) return [];
  const part = parts.get(parseReference(list.in, (name) => parts.has(name)).part);
  if (!part || part.kind === "redis") return [];
  return [
    {
      path: ["scale", "on", index, "list", "in"],
      text: `is "${list.in}", a part of kind ${part.kind}, which has no lists.\n  Name a redis of the stack.`,
    },
  ];
}

function requestsNeedRoutes(signal: SignalKeys, index: number, { routes }: ServiceKeys): Problem[] {
  const kind = signal.ingressRequests ? "ingressRequests" : signal.ingressLatency ? "ingressLatency" : undefined;
  if (kind === undefined || routes.length > 0) return [];
  return [
    {
      path: ["scale", "on", index, kind],
      text: "is set, but the service has no routes, so the edge sends it nothing to measure.\n  Add routes, or scale on something else.",
    },
  ];
}

function canBeWoken({ min, on }: ScaleKeys): Problem[] {
  const wakes = on.some(
    ({ list, cron, query }) => list !== undefined || cron !== undefined || query?.wakeAbove !== undefined,
  );
  if (min > 0 || wakes) return [];
  return [
    {
      path: ["scale", "min"],
      text: "is 0, but none of its signals can wake the first pod.\n  Set it to 1, or scale on a list, on cron, or on a query with wakeAbove.",
    },
  ];
}
