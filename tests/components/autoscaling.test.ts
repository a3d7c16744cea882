import * as k8s from "@pulumi/kubernetes";
import { Autoscaling, type Trigger } from "../../components/autoscaling";
import type { Connection } from "../../components/foundation";
import { configOf, surroundings } from "../support/builders";
import { record } from "../support/mocks";

const queue: Connection = {
  name: "queue",
  host: "queue.ai-platform.svc.cluster.local",
  port: 6379,
  credentials: { secretName: "queue-credentials", keys: ["password"] },
  authority: { secretName: "queue-tls" },
  server: { namespace: "ai-platform", labels: { app: "queue" } },
  ready: [],
};

const inFlight: Trigger = {
  kind: "prometheus",
  query: "sum (ai_gateway_requests_in_flight)",
  compare: "per-pod",
  threshold: 100,
};

const jobs: Trigger = { kind: "queue", queue, list: "jobs", entriesPerPod: 5 };

function scaled(scale: { min: number; max: number }, ...triggers: [Trigger, ...Trigger[]]) {
  return record(() => {
    const { config, artifacts, observability, namespace } = surroundings(configOf());
    const autoscaling = new Autoscaling("autoscaling", { ...config.autoscaling, artifacts, observability });
    for (const name of ["worker", "second"]) {
      const target = new k8s.apps.v1.Deployment(name, {
        metadata: { name, namespace: namespace.reference },
        spec: { selector: {}, template: {} },
      });
      autoscaling.scale(name, { namespace, target, ...scale, triggers }, {});
    }
  });
}

test("A29 KEDA is Release keda in its own restricted namespace", async () => {
  const stack = await scaled({ min: 1, max: 2 }, inFlight);
  expect(stack.get("autoscaling", "Release").inputs).toMatchObject({ name: "keda", namespace: "keda" });
  expect(stack.get("autoscaling", "core/v1:Namespace").inputs).toMatchObject({
    metadata: { labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
  });
});

test("A28 A31 A32 the scaled object owns its target's pods between the bounds, and comes after KEDA and the target", async () => {
  const stack = await scaled({ min: 2, max: 100 }, inFlight);
  const scaler = stack.get("worker-scaler");
  expect(scaler.type).toBe("kubernetes:keda.sh/v1alpha1:ScaledObject");
  expect(scaler.inputs).toMatchObject({
    metadata: { namespace: "ai-platform" },
    spec: { scaleTargetRef: { name: "worker" }, minReplicaCount: 2, maxReplicaCount: 100 },
  });
  const before = [stack.get("autoscaling", "Release").urn, stack.get("worker", "Deployment").urn];
  expect(scaler.dependsOn).toEqual(expect.arrayContaining(before));
});

test("A40 C179 there is no autoscaler beside KEDA's own", async () => {
  const stack = await scaled({ min: 1, max: 2 }, inFlight);
  expect(stack.ofType("HorizontalPodAutoscaler")).toEqual([]);
});

test("A34 C184 a Prometheus trigger asks the full name of the Service, and takes no data for an error", async () => {
  const { inputs } = (await scaled({ min: 1, max: 2 }, inFlight)).get("worker-scaler");
  expect(inputs).toHaveProperty("spec.triggers", [
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

describe("a queue", () => {
  test("A37 A38 scales on the entries per pod, over TLS, with the password and authority of its Secrets", async () => {
    const stack = await scaled({ min: 0, max: 5 }, jobs);
    expect(stack.get("worker-scaler").inputs).toHaveProperty("spec.triggers", [
      {
        type: "redis",
        metricType: "AverageValue",
        metadata: {
          address: "queue.ai-platform.svc.cluster.local:6379",
          listName: "jobs",
          listLength: "5",
          enableTLS: "true",
        },
        authenticationRef: { name: "worker-queue" },
      },
    ]);
    expect(stack.get("worker-queue").inputs).toMatchObject({
      kind: "TriggerAuthentication",
      spec: {
        secretTargetRef: [
          { parameter: "password", name: "queue-credentials", key: "password" },
          { parameter: "ca", name: "queue-tls", key: "ca.crt" },
        ],
      },
    });
  });

  test("with Sentinel, KEDA asks Sentinel for the master", async () => {
    const replicated = {
      ...queue,
      attributes: { sentinel_port: "26379", sentinel_master: "main" },
      furtherPorts: [26379],
    };
    const stack = await scaled({ min: 1, max: 5 }, { ...jobs, queue: replicated });
    expect(stack.get("worker-scaler").inputs).toMatchObject({
      spec: {
        triggers: [
          {
            type: "redis-sentinel",
            metadata: { addresses: "queue.ai-platform.svc.cluster.local:26379", sentinelMaster: "main" },
          },
        ],
      },
    });
    expect(stack.get("worker-queue").inputs).toHaveProperty("spec.secretTargetRef.1.parameter", "sentinelPassword");
  });

  test("is reached by KEDA over one edge, however many workloads scale on it", async () => {
    const stack = await scaled({ min: 1, max: 5 }, jobs);
    expect(stack.get("keda-to-queue-egress").inputs).toMatchObject({
      metadata: { namespace: "keda" },
      spec: { podSelector: { matchLabels: { app: "keda-operator" } } },
    });
    expect(stack.ofType("TriggerAuthentication")).toHaveLength(2);
  });
});

test("KEDA reaches Prometheus, and Prometheus scrapes KEDA", async () => {
  const stack = await scaled({ min: 1, max: 2 }, inFlight);
  expect(stack.get("keda-to-prometheus-egress").inputs).toHaveProperty("spec.egress.0.ports.0.port", 9090);
  expect(stack.get("prometheus-to-keda-ingress").inputs).toHaveProperty("spec.ingress.0.ports.0.port", 8080);
});
