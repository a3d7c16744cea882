import { flows } from "../support/edges";
import type { Recorded } from "../support/mocks";
import { recordStack } from "../support/program";

/** The rows of RawDrive about its backend, its worker and their number of pods. */
let stack: Recorded;
beforeAll(async () => {
  stack = await recordStack("rawdrive");
});

const PROMETHEUS = "http://kube-prometheus-stack-prometheus.monitoring.svc.cluster.local:9090";

interface Trigger {
  readonly type: string;
  readonly metricType: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly authenticationRef?: { readonly name: string };
}

interface ScaledObject {
  readonly scaleTargetRef: { readonly name: string };
  readonly minReplicaCount: number;
  readonly maxReplicaCount: number;
  readonly cooldownPeriod?: number;
  readonly triggers: readonly [Trigger, ...Trigger[]];
}

function scaledObject(name: string): ScaledObject {
  const { metadata, spec } = stack.object("ScaledObject", name).inputs as {
    metadata: { namespace: string };
    spec: ScaledObject;
  };
  expect(metadata.namespace).toBe("rawdrive");
  return spec;
}

interface Deployment {
  readonly replicas?: number;
  readonly template: { readonly spec: { readonly containers: readonly Record<string, unknown>[] } };
}

function deployment(name: string): Deployment {
  return stack.object("Deployment", name).inputs["spec"] as Deployment;
}

test("A27 the backend is the Deployment rawdrive-backend with image, port, resources and probes", () => {
  expect(deployment("rawdrive-backend").template.spec.containers[0]).toMatchObject({
    image: "registry.rawdrive.ai/backend:2.4.1",
    ports: [{ name: "http", containerPort: 8000 }],
    resources: { requests: { cpu: "500m", memory: "1Gi" } },
    readinessProbe: { httpGet: { path: "/ready", port: "http" } },
    livenessProbe: { httpGet: { path: "/health", port: "http" } },
  });
});

test("A28 the backend runs 2 to 100 pods, and the autoscaler alone says how many", () => {
  const { minReplicaCount, maxReplicaCount } = scaledObject("rawdrive-backend-scaler");
  expect([minReplicaCount, maxReplicaCount]).toEqual([2, 100]);
  expect(deployment("rawdrive-backend").replicas).toBeUndefined();
});

test("A29 KEDA is installed from its chart as release keda, in a namespace keda made before it", () => {
  const release = stack.get("autoscaling", "Release");
  expect(release.inputs).toMatchObject({ chart: expect.stringMatching(/keda$/), name: "keda", namespace: "keda" });
  expect(JSON.stringify(release.inputs)).toContain("https://kedacore.github.io/charts");
  expect(release.dependsOn).toContain(stack.object("Namespace", "keda").urn);
});

test("A30 the backend's scaled object is rawdrive-backend-scaler of keda.sh/v1alpha1 on rawdrive-backend", () => {
  expect(stack.object("ScaledObject", "rawdrive-backend-scaler").inputs["apiVersion"]).toBe("keda.sh/v1alpha1");
  expect(scaledObject("rawdrive-backend-scaler").scaleTargetRef).toEqual({ name: "rawdrive-backend" });
});

test("A31 the backend keeps 2 pods", () => {
  expect(scaledObject("rawdrive-backend-scaler").minReplicaCount).toBe(2);
});

test("A32 the backend has 100 pods at most", () => {
  expect(scaledObject("rawdrive-backend-scaler").maxReplicaCount).toBe(100);
});

test("A33 the backend scales on its requests per second over a minute, 100 per pod", () => {
  const [requests] = scaledObject("rawdrive-backend-scaler").triggers;
  expect(requests).toMatchObject({
    type: "prometheus",
    metricType: "AverageValue",
    metadata: {
      threshold: "100",
      query: expect.stringMatching(/^sum \(rate\(traefik_service_requests_total\{service=~".*"\}\[1m\]\)\)/),
    },
  });
});

test.each([
  "rawdrive-rawdrive-backend-2acf865b12e2b4aa5a79@kubernetescrd",
  "rawdrive-rawdrive-backend-2f4caff7f20b5353f729@kubernetescrd",
])("A33 the query counts %s, as Traefik 3.7.9 called the service behind one of its routes", (service) => {
  const [{ metadata }] = scaledObject("rawdrive-backend-scaler").triggers;
  const [, pattern = ""] = /service=~("[^"]+")/.exec(metadata["query"] ?? "") ?? [];
  const selected = new RegExp(`^(?:${JSON.parse(pattern) as string})$`);
  expect(selected.test(service)).toBe(true);
  expect(selected.test(service.replace("backend", "backend-two"))).toBe(false);
});

test("A34 triggers ask Prometheus by the full name of its Service", () => {
  const { triggers } = scaledObject("rawdrive-backend-scaler");
  expect(triggers.map(({ metadata }) => metadata["serverAddress"])).toEqual([PROMETHEUS, PROMETHEUS]);
});

test("A35 the backend scales on its 95th percentile over five minutes, at one second", () => {
  const [, latency] = scaledObject("rawdrive-backend-scaler").triggers;
  expect(latency?.metadata["query"]).toMatch(
    /histogram_quantile\(0\.95, sum by \(le\) \(rate\(traefik_service_request_duration_seconds_bucket\{.*\}\[5m\]\)\)\)/,
  );
  expect(latency?.metadata["threshold"]).toBe("1");
});

test("A36 the latency is that of the backend alone, and is compared as it is, not per pod", () => {
  const [requests, latency] = scaledObject("rawdrive-backend-scaler").triggers;
  const service = (trigger?: Trigger) => /service=~"[^"]+"/.exec(trigger?.metadata["query"] ?? "")?.[0];
  expect(service(latency)).toContain("rawdrive-rawdrive-backend");
  expect(service(latency)).toBe(service(requests));
  expect(latency?.metricType).toBe("Value");
});

test("A37 the worker scales on the length of face_processing_queue, 5 entries per pod", () => {
  expect(scaledObject("face-worker").triggers).toMatchObject([
    { metricType: "AverageValue", metadata: { listName: "face_processing_queue", listLength: "5" } },
  ]);
});

test("A38 KEDA reaches the queue by its full name, with TLS, password and authority", () => {
  const [trigger] = scaledObject("face-worker").triggers;
  expect(trigger).toMatchObject({
    type: "redis-sentinel",
    metadata: { addresses: "queue.rawdrive.svc.cluster.local:26379", sentinelMaster: "main", enableTLS: "true" },
  });
  expect(stack.object("TriggerAuthentication", trigger.authenticationRef?.name ?? "").inputs).toMatchObject({
    spec: {
      secretTargetRef: expect.arrayContaining([
        expect.objectContaining({ parameter: "password", key: "password" }),
        expect.objectContaining({ parameter: "ca", key: "ca.crt" }),
      ]),
    },
  });
  expect(flows(stack).open).toContain("keda/app=keda-operator -> rawdrive/queue:6379");
});

test("A39 the worker sleeps without work, five minutes after the last, and has 20 pods at most", () => {
  expect(scaledObject("face-worker")).toMatchObject({
    scaleTargetRef: { name: "face-worker" },
    minReplicaCount: 0,
    maxReplicaCount: 20,
    cooldownPeriod: 300,
  });
});

test("A40 the program makes no autoscaler: each Deployment that scales has one scaled object and no number", () => {
  expect(stack.ofType("HorizontalPodAutoscaler")).toEqual([]);
  const targets = stack
    .ofType("ScaledObject")
    .map(({ inputs }) => (inputs["spec"] as ScaledObject).scaleTargetRef.name);
  expect(targets.sort()).toEqual(["face-worker", "rawdrive-backend"]);
  for (const target of targets) expect(deployment(target).replicas).toBeUndefined();
});

test("A41 the face worker is a Deployment that gets the queue: address, password, authority and the way to it", () => {
  const [container] = deployment("face-worker").template.spec.containers;
  expect(container).toMatchObject({
    image: "registry.rawdrive.ai/face-worker:2.4.1",
    resources: { requests: { cpu: "2", memory: "4Gi" } },
    env: expect.arrayContaining([
      { name: "QUEUE_HOST", value: "queue.rawdrive.svc.cluster.local" },
      { name: "QUEUE_PASSWORD_FILE", value: "/run/secrets/queue/password" },
      { name: "QUEUE_CA_FILE", value: "/run/ca/queue/ca.crt" },
    ]),
  });
  expect(flows(stack).open).toContain("rawdrive/face-worker -> rawdrive/queue:6379");
});
