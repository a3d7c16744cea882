import { complaintAbout, describeMistakes, soundKeys } from "./base";

const exporter = {
  image: "registry.example.com/exporter:1.4.2",
  ports: { metrics: 9113 },
  resources: { cpu: "10m", memory: "32Mi" },
  probes: { live: "/metrics" },
};
const beside = (keys: object) => ({ exporter: { ...exporter, ...keys } });

test("a service with an exporter beside it is sound", () => {
  const { services, ...keys } = soundKeys();
  const { web } = services as { web: object };
  expect(() =>
    complaintAbout({ ...keys, services: { web: { ...web, sidecars: beside({}), metrics: { port: "metrics" } } } }),
  ).toThrow("The loader accepted the stack file.");
});

describeMistakes("a mistake about a container beside a service's own is refused", [
  ["services/web/sidecars", beside({ image: "exporter" }), "sidecars.exporter.image", "exact version"],
  ["services/web/sidecars", beside({ resources: undefined }), "sidecars.exporter.resources is missing"],
  ["services/web/sidecars", beside({ probes: undefined }), "sidecars.exporter.probes is missing"],
  ["services/web/sidecars", beside({ probes: {} }), "sidecars.exporter.probes", "ready or live"],
  ["services/web/sidecars", beside({ port: 9113 }), "sidecars.exporter.port", "no known key"],
  ["services/web/sidecars", beside({ ports: { http: 9113 } }), "ports.http", 'second port named "http"'],
  ["services/web/sidecars", beside({ ports: { metrics: 8080 } }), "ports.metrics leads to 8080", 'where "http"'],
  ["services/web/sidecars", { web: exporter }, "sidecars.web has the name of the service's own container"],
  ["services/web/sidecars", beside({ ports: {} }), "sidecars.exporter.probes.live asks a port"],
  [
    "services/web/sidecars",
    beside({ probes: { live: { tcpSocket: { port: "http" } } } }),
    'probes.live.tcpSocket.port is "http"',
    "its ports are metrics",
  ],
]);

describeMistakes("a mistake about what is asked where is refused", [
  ["services/web/probes/live", { httpGet: { path: "/health", port: "web" } }, 'live.httpGet.port is "web"'],
  ["services/worker/probes", { live: "/health" }, "services.worker.probes.live asks a port", "exec"],
  ["services/web/metrics", { responseTime: "http_seconds_bucket" }, "metrics.responseTime", "without _bucket"],
  [
    "services/web/environment/DB_USER_FILE",
    { from: "limits", key: "username" },
    "DB_USER_FILE.key",
    "url and password",
  ],
  ["services/gateway/labels", { "a b": "c" }, "services.gateway.labels"],
  ["stores/postgres/serviceName", "web", "stores.postgres.serviceName", "a Service of web"],
  ["stores/postgres/serviceName", "postgres-rw", "stores.postgres.serviceName", "a Service of the operator"],
]);

describeMistakes("a mistake about limits, secrets and addresses is refused", [
  [
    "services/web/resources",
    { cpu: "1", memory: "1Gi", limits: { cpu: "500m" } },
    "limits.cpu",
    "at least the request, 1",
  ],
  ["services/web/resources", { cpu: "1", memory: "1Gi", limits: { memory: "512Mi" } }, "at least the request, 1Gi"],
  ["stores/cache/resources", { cpu: "1", memory: "2Gi", limits: { cpu: "1m" } }, "stores.cache.resources.limits.cpu"],
  ["services/worker/secretName", "jobs", "services.worker.secretName", "no variable has a secret"],
  ["services/web/secretVariables", "because", "at least 10 characters"],
  ["services/web/environment/CACHE", "redis://cache:6379", "environment.CACHE", "cache is not in uses"],
  ["services/web/environment/JOBS", "redis://:pw@queue.shop.svc.cluster.local:6379/0", "queue is not in uses"],
]);

describe("a variable of what has no such secret is refused", () => {
  const withWorker = (keys: object) => {
    const { services, ...others } = soundKeys();
    const { worker, ...rest } = services as { worker: object };
    return complaintAbout({ ...others, services: { ...rest, worker: { ...worker, ...keys } } });
  };

  test("the URL of three Redis servers", () => {
    const text = withWorker({ environment: { QUEUE_FILE: { from: "queue" } } });
    expect(text).toMatch(/QUEUE_FILE\.key is "url", but queue is a Redis with three servers/);
    expect(text).toContain("<PREFIX>_SENTINEL_MASTER");
  });

  test("any value of a service", () => {
    const text = withWorker({ uses: ["queue", "web"], environment: { WEB_FILE: { from: "web" } } });
    expect(text).toMatch(/WEB_FILE\.key is "url", but web, a service, has no such secret/);
  });
});

test("two services with one Secret are refused", () => {
  const { services, ...keys } = soundKeys();
  const { web, worker } = services as Record<string, object>;
  const text = complaintAbout({
    ...keys,
    services: { web: { ...web, secretName: "shared" }, worker: { ...worker, secretName: "shared" } },
  });
  expect(text).toMatch(/services\.web\.secretName is "shared", but so is that of worker/);
});
