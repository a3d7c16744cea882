import type { IScaledObject } from "@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject";
import type { ITriggerAuthentication } from "@kubernetes-models/keda/keda.sh/v1alpha1/TriggerAuthentication";
import type { Connection, Leaves } from "../foundation";
import type { PrometheusTrigger, QueueTrigger, ScaleArgs, Trigger } from "./args";

type ScaledObjectSpec = Leaves<IScaledObject["spec"]>;
type ScaleTrigger = ScaledObjectSpec["triggers"][number];
type AuthenticationSpec = Leaves<ITriggerAuthentication["spec"]>;

/** Failed readings in a row, 15 s apart, after which KEDA keeps the pods it has. */
const FAILED_READINGS = 4;

/** The whole object but its target's name. Errors say what to change. */
export function scaledObjectSpec(
  name: string,
  args: Omit<ScaleArgs, "namespace" | "target">,
  prometheus: Connection,
): Omit<ScaledObjectSpec, "scaleTargetRef"> {
  const { min, max, triggers, startup = "seconds" } = args;
  if (min === 0 && !triggers.some(wakes))
    throw new Error(
      `"${name}" may have 0 pods, but none of its triggers can wake it.\n  Give it a queue trigger, or a Prometheus trigger with wakeAbove on a metric that exists without its pods; or set min to 1.`,
    );
  return {
    minReplicaCount: min,
    maxReplicaCount: max,
    // Governs the step from 0 to 1 only; a user waits for it. Between 1 and max the autoscaler asks every 15 s by itself.
    pollingInterval: 15,
    // Governs the step from 1 to 0 only: KEDA's default, stated because it decides what sleeping costs.
    cooldownPeriod: 300,
    advanced: { horizontalPodAutoscalerConfig: { behavior: behavior(startup) } },
    ...(triggers.some(({ kind }) => kind !== "cpu") && {
      fallback: { failureThreshold: FAILED_READINGS, replicas: Math.max(min, 1), behavior: "currentReplicasIfHigher" },
    }),
    triggers: triggers.map((trigger) => scaleTrigger(name, trigger, prometheus)),
  };
}

/** Name of the object with the credentials of a queue. */
export function authenticationName(name: string, queue: Connection): string {
  return `${name}-${queue.name}`;
}

/** Where KEDA finds the credentials of a queue: the same Secrets that its clients mount. */
export function authenticationSpec({ credentials, authority, attributes = {} }: Connection): AuthenticationSpec {
  const fromSecret = (parameter: string, name: Leaves<string>, key: string) => ({ parameter, name, key });
  const password = (parameter: string) =>
    credentials ? [fromSecret(parameter, credentials.secretName, "password")] : [];
  return {
    secretTargetRef: [
      ...password("password"),
      ...(attributes["sentinel_master"] ? password("sentinelPassword") : []),
      ...(authority ? [fromSecret("ca", authority.secretName, "ca.crt")] : []),
    ],
  };
}

function wakes(trigger: Trigger): boolean {
  return trigger.kind === "queue" || (trigger.kind === "prometheus" && trigger.wakeAbove !== undefined);
}

function scaleTrigger(name: string, trigger: Trigger, prometheus: Connection): ScaleTrigger {
  switch (trigger.kind) {
    case "prometheus":
      return prometheusTrigger(trigger, prometheus);
    case "queue":
      return queueTrigger(name, trigger);
    case "cpu":
      return { type: "cpu", metricType: "Utilization", metadata: { value: String(trigger.percent) } };
  }
}

function prometheusTrigger(
  { query, compare, threshold, wakeAbove }: PrometheusTrigger,
  { host, port }: Connection,
): ScaleTrigger {
  return {
    type: "prometheus",
    metricType: compare === "per-pod" ? "AverageValue" : "Value",
    metadata: {
      serverAddress: `http://${host}:${port}`,
      query,
      threshold: String(threshold),
      ...(wakeAbove !== undefined && { activationThreshold: String(wakeAbove) }),
      // The default takes "no data" for zero, so that a wrong query looks ready and scales down.
      ignoreNullValues: "false",
    },
  };
}

function queueTrigger(name: string, { queue, list, entriesPerPod }: QueueTrigger): ScaleTrigger {
  const { host, port, attributes = {}, authority } = queue;
  const { sentinel_master: master, sentinel_port: sentinelPort } = attributes;
  const server =
    master && sentinelPort
      ? { type: "redis-sentinel", address: { addresses: `${host}:${sentinelPort}`, sentinelMaster: master } }
      : { type: "redis", address: { address: `${host}:${port}` } };
  return {
    type: server.type,
    metricType: "AverageValue",
    metadata: {
      ...server.address,
      listName: list,
      listLength: String(entriesPerPod),
      enableTLS: String(authority !== undefined),
    },
    authenticationRef: { name: authenticationName(name, queue) },
  };
}

/**
 * Up: double, or two pods more, whichever is more. Down: half, or one pod, whichever is less. Engines that start for minutes wait
 * five before either, which was found to be steady with starts of about four minutes.
 */
function behavior(startup: NonNullable<ScaleArgs["startup"]>) {
  const policies = (percent: number, pods: number, periodSeconds: number) => [
    { type: "Percent", value: percent, periodSeconds },
    { type: "Pods", value: pods, periodSeconds },
  ];
  return {
    scaleUp: {
      stabilizationWindowSeconds: startup === "minutes" ? 300 : 60,
      selectPolicy: "Max",
      policies: policies(100, 2, 30),
    },
    scaleDown: { stabilizationWindowSeconds: 300, selectPolicy: "Min", policies: policies(50, 1, 60) },
  };
}
