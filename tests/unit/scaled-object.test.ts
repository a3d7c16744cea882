import type { ScaleArgs, Trigger } from "../../components/autoscaling";
import { scaledObjectSpec } from "../../components/autoscaling/scaled-object";
import type { Connection } from "../../components/foundation";

const server: Omit<Connection, "name" | "port"> = { host: "host.example", server: "outside", ready: [] };
const prometheus = { ...server, name: "prometheus", port: 9090 };
const jobs: Trigger = {
  kind: "queue",
  queue: { ...server, name: "queue", port: 6379 },
  list: "jobs",
  entriesPerPod: 5,
};
const load: Trigger = { kind: "prometheus", query: "sum (load)", compare: "per-pod", threshold: 100 };

function spec(args: Partial<Omit<ScaleArgs, "namespace" | "target">>) {
  return scaledObjectSpec("worker", { min: 1, max: 10, triggers: [load], ...args }, prometheus);
}

test("C183 a sum over all pods is compared per pod", () => {
  expect(spec({}).triggers[0]).toMatchObject({ metricType: "AverageValue", metadata: { threshold: "100" } });
});

test("A36 a value that is no sum over pods is compared as it is", () => {
  expect(spec({ triggers: [{ ...load, compare: "as-is" }] }).triggers[0]).toMatchObject({ metricType: "Value" });
});

test("C180 CPU use is a share of the request, in percent", () => {
  expect(spec({ triggers: [{ kind: "cpu", percent: 70 }] }).triggers).toEqual([
    { type: "cpu", metricType: "Utilization", metadata: { value: "70" } },
  ]);
});

describe("a target that may sleep", () => {
  test("needs a trigger that wakes it; the error names the object and the ways out", () => {
    expect(() => spec({ min: 0 })).toThrow(/"worker" may have 0 pods.*\n.*wakeAbove.*min to 1/);
  });

  test("is woken by an entry in its queue", () => {
    expect(spec({ min: 0, triggers: [jobs] }).minReplicaCount).toBe(0);
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

test("engines that start for minutes are not started for a short peak", () => {
  expect(spec({ startup: "minutes" })).toHaveProperty(
    "advanced.horizontalPodAutoscalerConfig.behavior.scaleUp.stabilizationWindowSeconds",
    300,
  );
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
    expect(spec({ triggers: [{ kind: "cpu", percent: 70 }] })).not.toHaveProperty("fallback");
  });
});
