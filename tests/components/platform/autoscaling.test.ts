import * as k8s from "@pulumi/kubernetes";
import type { Connection, Part, Scale, ScalerTrigger, Trigger } from "../../../components/foundation";
import { Autoscaling } from "../../../components/platform/autoscaling";
import { autoscalingKeys } from "../../../components/platform/autoscaling/keys";
import { connectionTo, keysOf, recordPart } from "../../support/builders";
import { flows } from "../../support/edges";

const prometheus = connectionTo("prometheus", {
  host: "kube-prometheus-stack-prometheus.monitoring.svc.cluster.local",
  port: 9090,
});
const inFlight: Trigger = {
  kind: "prometheus",
  query: "sum (ai_gateway_requests_in_flight)",
  compare: "per-pod",
  threshold: 100,
};
const jobs: ScalerTrigger = {
  kind: "scaler",
  type: "redis",
  metadata: { address: "queue.ai-platform.svc.cluster.local:6379", listName: "jobs", listLength: "5" },
  credentials: [{ parameter: "password", secretName: "queue-credentials", key: "password" }],
  reaches: connectionTo("queue"),
};

/** KEDA, with workloads of these names that declare the same bounds and triggers. */
const scaled = (names: readonly string[], scale: Pick<Scale, "min" | "max" | "triggers">, source?: Connection) =>
  recordPart((site) => {
    const keda = new Autoscaling("autoscaling", {
      ...keysOf(autoscalingKeys),
      site,
      monitoring: source && { connection: source },
    });
    const { namespace } = site;
    const parts = names.map((name): Part => {
      const metadata = { name, namespace: namespace.reference };
      const ready = [new k8s.apps.v1.Deployment(name, { metadata, spec: { selector: {}, template: {} } })];
      return { name, connections: {}, members: [], scales: [{ name, namespace, target: name, ready, ...scale }] };
    });
    keda.scale(parts);
    return keda;
  });

test("A29 KEDA is Release keda in its own restricted namespace", async () => {
  const { stack } = await scaled([], { min: 1, max: 2, triggers: [inFlight] });
  expect(stack.get("autoscaling", "Release").inputs).toMatchObject({ name: "keda", namespace: "keda" });
  expect(stack.object("Namespace", "keda").inputs).toMatchObject({
    metadata: { labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
  });
});

test("A28 A31 A32 the scaled object owns its target's pods between the bounds, and comes after KEDA and the target", async () => {
  const { stack } = await scaled(["worker"], { min: 2, max: 100, triggers: [inFlight] }, prometheus);
  const scaler = stack.get("worker-scaler");
  expect(scaler.type).toBe("kubernetes:keda.sh/v1alpha1:ScaledObject");
  expect(scaler.inputs).toMatchObject({
    metadata: { name: "worker", namespace: "ai-platform" },
    spec: { scaleTargetRef: { name: "worker" }, minReplicaCount: 2, maxReplicaCount: 100 },
  });
  const before = [stack.get("autoscaling", "Release").urn, stack.get("worker", "Deployment").urn];
  expect(scaler.dependsOn).toEqual(expect.arrayContaining(before));
});

test("A40 C179 there is no autoscaler beside KEDA's own", async () => {
  const { stack } = await scaled(["worker"], { min: 1, max: 2, triggers: [inFlight] }, prometheus);
  expect(stack.ofType("HorizontalPodAutoscaler")).toEqual([]);
});

test("A34 C184 a Prometheus trigger asks the full name of the Service, and takes no data for an error", async () => {
  const { stack } = await scaled(["worker"], { min: 1, max: 2, triggers: [inFlight] }, prometheus);
  expect(stack.get("worker-scaler").inputs).toHaveProperty("spec.triggers", [
    {
      type: "prometheus",
      metricType: "AverageValue",
      metadata: {
        serverAddress: "http://kube-prometheus-stack-prometheus.monitoring.svc.cluster.local:9090",
        query: "sum (ai_gateway_requests_in_flight)",
        threshold: "100",
        ignoreNullValues: "false",
      },
    },
  ]);
});

describe("a server that KEDA asks", () => {
  test("A37 A38 is asked with the Secrets that its clients mount, which are there before the scaled object", async () => {
    const { stack } = await scaled(["worker"], { min: 0, max: 5, triggers: [jobs] });
    const authentication = stack.get("worker-queue", "TriggerAuthentication");
    expect(authentication.inputs).toMatchObject({
      metadata: { name: "worker-queue", namespace: "ai-platform" },
      spec: { secretTargetRef: [{ parameter: "password", name: "queue-credentials", key: "password" }] },
    });
    const scaler = stack.get("worker-scaler");
    expect(scaler.inputs).toHaveProperty("spec.triggers.0.authenticationRef.name", "worker-queue");
    expect(scaler.dependsOn).toContain(authentication.urn);
  });

  test("needs one set of credentials per workload, however many of its lists are looked at", async () => {
    const other = { ...jobs, metadata: { ...jobs.metadata, listName: "mails" } };
    const { stack } = await scaled(["worker", "second"], { min: 0, max: 5, triggers: [jobs, other] });
    const names = stack.ofType("TriggerAuthentication").map(({ name }) => name);
    expect(names.sort()).toEqual(["second-queue", "worker-queue"]);
  });
});

test("a stack without monitoring scales on everything but queries", async () => {
  const { stack } = await scaled(["worker"], { min: 1, max: 2, triggers: [{ kind: "cpu", percent: 70 }] });
  expect(stack.get("worker-scaler").inputs).toHaveProperty("spec.triggers.0.type", "cpu");
  await expect(scaled(["worker"], { min: 1, max: 2, triggers: [inFlight] })).rejects.toThrow("has no Prometheus");
});

test("KEDA reaches Prometheus where there is one, and Prometheus scrapes KEDA", async () => {
  const triggers: Scale["triggers"] = [inFlight];
  const { part, stack } = await scaled([], { min: 1, max: 2, triggers }, prometheus);
  expect(flows(stack).open).toEqual(["keda/app=keda-operator -> ai-platform/app=prometheus:7000"]);
  expect(part.metrics).toEqual([
    { name: "keda", peer: { namespace: "keda", labels: { app: "keda-operator" } }, port: 8080 },
  ]);
  expect(flows((await scaled([], { min: 1, max: 2, triggers })).stack).open).toEqual([]);
});

test("A49 A51 A82 alerts tell scaled objects with errors, and autoscalers that stay at a maximum they could leave", async () => {
  const { part } = await scaled([], { min: 1, max: 2, triggers: [inFlight] });
  expect(part.alerts.map((alert) => [alert.name, alert.expression, alert.for, alert.severity])).toEqual([
    [
      "KEDAScaledObjectNotReady",
      "sum by (exported_namespace, scaledObject) (increase(keda_scaled_object_errors_total[5m])) > 0",
      "5m",
      "warning",
    ],
    [
      "AutoscalerSaturated",
      "(kube_horizontalpodautoscaler_status_current_replicas >= kube_horizontalpodautoscaler_spec_max_replicas) and " +
        "(kube_horizontalpodautoscaler_spec_max_replicas > kube_horizontalpodautoscaler_spec_min_replicas)",
      "10m",
      "warning",
    ],
  ]);
});
