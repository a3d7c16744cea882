import type { IScaledObject } from "@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject";
import type { ITriggerAuthentication } from "@kubernetes-models/keda/keda.sh/v1alpha1/TriggerAuthentication";
import type {
  Behaviour,
  Connection,
  CronTrigger,
  Leaves,
  PrometheusTrigger,
  Scale,
  ScalerTrigger,
  Trigger,
} from "../../foundation";

type ScaledObjectSpec = Leaves<IScaledObject["spec"]>;
type ScaleTrigger = ScaledObjectSpec["triggers"][number];
type AuthenticationSpec = Leaves<ITriggerAuthentication["spec"]>;

/** Failed readings in a row, 15 s apart, after which KEDA keeps the pods it has. */
const FAILED_READINGS = 4;
const DEFAULT_BEHAVIOUR: Behaviour = { upAfterSeconds: 60, downAfterSeconds: 300 };

/** The spec of a ScaledObject. Errors say what to change. */
export function scaledObjectSpec(
  {
    name,
    target,
    min,
    max,
    triggers,
    behaviour = DEFAULT_BEHAVIOUR,
    cooldownSeconds = 300,
  }: Omit<Scale, "namespace" | "ready">,
  prometheus: Connection | undefined,
): ScaledObjectSpec {
  if (min === 0 && !triggers.some(wakes))
    throw new Error(
      `"${name}" may have 0 pods, but none of its triggers can wake it.\n  Give it a list, or a Prometheus trigger with wakeAbove on a metric that exists without its pods; or set min to 1.`,
    );
  return {
    scaleTargetRef: { name: target },
    minReplicaCount: min,
    maxReplicaCount: max,
    // Both govern the step between 0 and 1 only. A user waits for the way up; the way down decides what sleeping costs.
    ...(min === 0 && { pollingInterval: 15, cooldownPeriod: cooldownSeconds }),
    advanced: { horizontalPodAutoscalerConfig: { behavior: behavior(behaviour) } },
    ...(triggers.some(({ kind }) => kind === "prometheus" || kind === "scaler") && {
      fallback: { failureThreshold: FAILED_READINGS, replicas: Math.max(min, 1), behavior: "currentReplicasIfHigher" },
    }),
    triggers: triggers.map((trigger) => scaleTrigger(name, trigger, prometheus)),
  };
}

/** Name of the object with the credentials of a trigger's server. */
export function authenticationName(name: string, { reaches }: ScalerTrigger): string {
  return `${name}-${reaches.name}`;
}

/** Where KEDA finds the credentials of a server: the same Secrets that its clients mount. */
export function authenticationSpec({ credentials }: ScalerTrigger): AuthenticationSpec {
  return {
    secretTargetRef: credentials.map(({ parameter, secretName, key }) => ({ parameter, name: secretName, key })),
  };
}

function wakes(trigger: Trigger): boolean {
  if (trigger.kind === "prometheus") return trigger.wakeAbove !== undefined;
  return trigger.kind === "scaler" || trigger.kind === "cron";
}

function scaleTrigger(name: string, trigger: Trigger, prometheus: Connection | undefined): ScaleTrigger {
  switch (trigger.kind) {
    case "prometheus":
      return prometheusTrigger(name, trigger, prometheus);
    case "scaler":
      return {
        type: trigger.type,
        metricType: "AverageValue",
        metadata: trigger.metadata,
        authenticationRef: { name: authenticationName(name, trigger) },
      };
    case "cron":
      return cronTrigger(trigger);
    case "cpu":
    case "memory":
      return { type: trigger.kind, metricType: "Utilization", metadata: { value: String(trigger.percent) } };
  }
}

function cronTrigger({ timezone, start, end, pods }: CronTrigger): ScaleTrigger {
  return { type: "cron", metadata: { timezone, start, end, desiredReplicas: String(pods) } };
}

function prometheusTrigger(
  name: string,
  { query, compare, threshold, wakeAbove }: PrometheusTrigger,
  prometheus: Connection | undefined,
): ScaleTrigger {
  if (!prometheus)
    throw new Error(
      `"${name}" scales on a query, but the stack has no Prometheus.\n  Add "ai-platform:monitoring: {}", or scale on something else.`,
    );
  return {
    type: "prometheus",
    metricType: compare === "per-pod" ? "AverageValue" : "Value",
    metadata: {
      serverAddress: `http://${prometheus.host}:${prometheus.port}`,
      query,
      threshold: String(threshold),
      ...(wakeAbove !== undefined && { activationThreshold: String(wakeAbove) }),
      // The default takes "no data" for zero, so that a wrong query looks ready and scales down.
      ignoreNullValues: "false",
    },
  };
}

/** Up: double, or two pods more, whichever is more. Down: half, or one pod, whichever is less. */
function behavior({ upAfterSeconds, downAfterSeconds }: Behaviour) {
  const policies = (percent: number, pods: number, periodSeconds: number) => [
    { type: "Percent", value: percent, periodSeconds },
    { type: "Pods", value: pods, periodSeconds },
  ];
  return {
    scaleUp: { stabilizationWindowSeconds: upAfterSeconds, selectPolicy: "Max", policies: policies(100, 2, 30) },
    scaleDown: { stabilizationWindowSeconds: downAfterSeconds, selectPolicy: "Min", policies: policies(50, 1, 60) },
  };
}
