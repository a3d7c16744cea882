import type { Scale, ScalerTrigger, Trigger } from "../../../components/foundation";
import { authenticationSpec, scaledObjectSpec } from "../../../components/platform/autoscaling/scaled-object";
import { connectionTo } from "../../support/builders";

const prometheus = connectionTo("prometheus", { port: 9090 });
const jobs: ScalerTrigger = {
  kind: "scaler",
  type: "redis",
  metadata: { listName: "jobs", listLength: "5" },
  credentials: [
    { parameter: "password", secretName: "queue-credentials", key: "password" },
    { parameter: "ca", secretName: "queue-tls", key: "ca.crt" },
  ],
  reaches: connectionTo("queue"),
};
const load: Trigger = { kind: "prometheus", query: "sum (load)", compare: "per-pod", threshold: 100 };
const cpu: Trigger = { kind: "cpu", percent: 70 };

function spec(scale: Partial<Omit<Scale, "namespace" | "ready">>) {
  return scaledObjectSpec(
    { name: "worker", target: "worker", min: 1, max: 10, triggers: [load], ...scale },
    prometheus,
  );
}

test("C183 a sum over all pods is compared per pod", () => {
  expect(spec({}).triggers[0]).toMatchObject({ metricType: "AverageValue", metadata: { threshold: "100" } });
});

test("A36 a value that is no sum over pods is compared as it is", () => {
  expect(spec({ triggers: [{ ...load, compare: "as-is" }] }).triggers[0]).toMatchObject({ metricType: "Value" });
});

test("C180 CPU and memory use are shares of the request, in percent", () => {
  expect(spec({ triggers: [cpu, { kind: "memory", percent: 80 }] }).triggers).toEqual([
    { type: "cpu", metricType: "Utilization", metadata: { value: "70" } },
    { type: "memory", metricType: "Utilization", metadata: { value: "80" } },
  ]);
});

test("a number of pods may follow the clock", () => {
  const cron = { kind: "cron", timezone: "Europe/Berlin", start: "0 8 * * 1-5", end: "0 18 * * 1-5", pods: 5 } as const;
  expect(spec({ triggers: [cron] }).triggers).toEqual([
    {
      type: "cron",
      metadata: { timezone: "Europe/Berlin", start: "0 8 * * 1-5", end: "0 18 * * 1-5", desiredReplicas: "5" },
    },
  ]);
});

test("a server is asked in its scaler's own words, with the credentials that its clients mount", () => {
  expect(spec({ triggers: [jobs] }).triggers).toEqual([
    {
      type: "redis",
      metricType: "AverageValue",
      metadata: { listName: "jobs", listLength: "5" },
      authenticationRef: { name: "worker-queue" },
    },
  ]);
  expect(authenticationSpec(jobs)).toEqual({
    secretTargetRef: [
      { parameter: "password", name: "queue-credentials", key: "password" },
      { parameter: "ca", name: "queue-tls", key: "ca.crt" },
    ],
  });
});

test("a query without a Prometheus to ask is an error that says what to add", () => {
  const ask = () => scaledObjectSpec({ name: "worker", target: "w", min: 1, max: 2, triggers: [load] }, undefined);
  expect(ask).toThrow(/"worker" scales on a query.*\n.*ai-platform:monitoring/);
});

test("the target and the bounds are the declared ones", () => {
  expect(spec({ target: "worker-deployment", min: 2, max: 7 })).toMatchObject({
    scaleTargetRef: { name: "worker-deployment" },
    minReplicaCount: 2,
    maxReplicaCount: 7,
  });
});

describe("a target that may sleep", () => {
  test("needs a trigger that wakes it; the error names the object and the ways out", () => {
    expect(() => spec({ min: 0 })).toThrow(/"worker" may have 0 pods.*\n.*wakeAbove.*min to 1/);
  });

  test("is woken by an entry in its queue", () => {
    expect(spec({ min: 0, triggers: [jobs] }).minReplicaCount).toBe(0);
  });

  test("is woken by the clock", () => {
    const cron = { kind: "cron", timezone: "UTC", start: "0 8 * * *", end: "0 9 * * *", pods: 1 } as const;
    expect(() => spec({ min: 0, triggers: [cron] })).not.toThrow();
  });

  test("looks for demand often, and sleeps after as long without as stated; others leave both to KEDA", () => {
    expect(spec({ min: 0, triggers: [jobs], cooldownSeconds: 60 })).toMatchObject({
      pollingInterval: 15,
      cooldownPeriod: 60,
    });
    expect(spec({ triggers: [jobs] })).not.toHaveProperty("cooldownPeriod");
  });

  test("is woken by a metric that exists without its pods", () => {
    const { triggers } = spec({ min: 0, triggers: [{ ...load, wakeAbove: 0 }] });
    expect(triggers[0]).toMatchObject({ metadata: { activationThreshold: "0" } });
  });
});

test("C185 C186 services grow within a minute and shrink after five", () => {
  expect(spec({})).toHaveProperty("advanced.horizontalPodAutoscalerConfig.behavior", {
    scaleUp: {
      stabilizationWindowSeconds: 60,
      selectPolicy: "Max",
      policies: [
        { type: "Percent", value: 100, periodSeconds: 30 },
        { type: "Pods", value: 2, periodSeconds: 30 },
      ],
    },
    scaleDown: {
      stabilizationWindowSeconds: 300,
      selectPolicy: "Min",
      policies: [
        { type: "Percent", value: 50, periodSeconds: 60 },
        { type: "Pods", value: 1, periodSeconds: 60 },
      ],
    },
  });
});

test("what starts slowly moves slowly", () => {
  const { advanced } = spec({ behaviour: { upAfterSeconds: 300, downAfterSeconds: 600 } });
  expect(advanced).toMatchObject({
    horizontalPodAutoscalerConfig: {
      behavior: {
        scaleUp: { stabilizationWindowSeconds: 300 },
        scaleDown: { stabilizationWindowSeconds: 600 },
      },
    },
  });
});

describe("without readings", () => {
  test("a workload keeps its pods, and at least its minimum", () => {
    expect(spec({ min: 2 }).fallback).toEqual({
      failureThreshold: 4,
      replicas: 2,
      behavior: "currentReplicasIfHigher",
    });
  });

  test("a sleeping workload is woken, since nobody can tell whether it is needed", () => {
    expect(spec({ min: 0, triggers: [jobs] }).fallback).toMatchObject({ replicas: 1 });
  });

  test("CPU alone needs no such rule: the autoscaler has its own", () => {
    expect(spec({ triggers: [cpu] })).not.toHaveProperty("fallback");
  });
});
