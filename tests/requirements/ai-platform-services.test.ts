import type { Recorded } from "../support/mocks";
import { object, variables } from "../support/objects";
import { recordStack } from "../support/program";
import { container, service, STACK, workload } from "./web-platform";

let recorded: Recorded;
beforeAll(async () => {
  recorded = await recordStack(STACK);
});

/** An image of the system's own, with its registry, a fixed version and a digest. */
const own = (part: string) =>
  new RegExp(`^registry\\.example\\.com/ai-platform/ai-platform-${part}:\\d+\\.\\d+\\.\\d+@sha256:[0-9a-f]{64}$`);

describe("the frontend", () => {
  test("B9 is a Deployment of 2 pods", () => {
    expect(workload(recorded, "frontend").spec.replicas).toBe(2);
  });

  test("B10 listens on the unprivileged port 8080 behind Service port 80", () => {
    expect(container(recorded, "frontend").ports).toEqual([{ name: "http", containerPort: 8080, protocol: "TCP" }]);
    expect(service(recorded, "frontend").spec.ports[0]).toMatchObject({ port: 80, targetPort: "http" });
  });

  test("B11 VITE_API_BASE_URL names the API under the same host, which browsers can resolve", () => {
    expect(variables(container(recorded, "frontend"))).toMatchObject({
      VITE_API_BASE_URL: "/api",
      API_BASE_URL: "http://ai-platform-backend:8000",
    });
  });

  test("B12 has a Service ai-platform-frontend of type ClusterIP on port 80", () => {
    const { type, ports } = service(recorded, "frontend").spec;
    expect([type, ports[0]?.port]).toEqual(["ClusterIP", 80]);
  });

  test("B13 requests 100m CPU and may use 250m", () => {
    const { requests, limits } = container(recorded, "frontend").resources;
    expect([requests["cpu"], limits["cpu"]]).toEqual(["100m", "250m"]);
  });

  test("B14 requests 256Mi memory and may use 512Mi", () => {
    const { requests, limits } = container(recorded, "frontend").resources;
    expect([requests["memory"], limits["memory"]]).toEqual(["256Mi", "512Mi"]);
  });

  test("B15 is alive when GET /health answers, first after 30 s, then every 10 s", () => {
    expect(container(recorded, "frontend").livenessProbe).toMatchObject({
      httpGet: { path: "/health", port: "http" },
      initialDelaySeconds: 30,
      periodSeconds: 10,
    });
  });

  test("B16 is ready when GET /health answers, first after 5 s, then every 5 s", () => {
    expect(container(recorded, "frontend").readinessProbe).toMatchObject({
      httpGet: { path: "/health", port: "http" },
      initialDelaySeconds: 5,
      periodSeconds: 5,
    });
  });

  test("B17 its image has a registry, a fixed version and a digest", () => {
    expect(container(recorded, "frontend").image).toMatch(own("frontend"));
  });
});

describe("the backend", () => {
  test("B18 is a Deployment of 3 pods", () => {
    expect(workload(recorded, "backend").spec.replicas).toBe(3);
  });

  test("B19 listens on port 8000", () => {
    expect(container(recorded, "backend").ports).toEqual([{ name: "http", containerPort: 8000, protocol: "TCP" }]);
  });

  test("B20 has a Service ai-platform-backend of type ClusterIP on port 8000", () => {
    expect(service(recorded, "backend").spec).toMatchObject({
      type: "ClusterIP",
      ports: [{ port: 8000, targetPort: "http" }],
    });
  });

  test("B21 requests 250m CPU and may use 500m", () => {
    const { requests, limits } = container(recorded, "backend").resources;
    expect([requests["cpu"], limits["cpu"]]).toEqual(["250m", "500m"]);
  });

  test("B22 requests 512Mi memory and may use 1Gi", () => {
    const { requests, limits } = container(recorded, "backend").resources;
    expect([requests["memory"], limits["memory"]]).toEqual(["512Mi", "1Gi"]);
  });

  test("B23 is alive when GET /health answers, first after 30 s, then every 10 s", () => {
    expect(container(recorded, "backend").livenessProbe).toMatchObject({
      httpGet: { path: "/health", port: "http" },
      initialDelaySeconds: 30,
      periodSeconds: 10,
    });
  });

  test("B24 is ready by a path of its own, first after 5 s, then every 5 s: a database outage restarts no pod", () => {
    expect(container(recorded, "backend").readinessProbe).toMatchObject({
      httpGet: { path: "/ready", port: "http" },
      initialDelaySeconds: 5,
      periodSeconds: 5,
    });
  });

  test("B25 takes DATABASE_URL from key database-url of secret ai-platform-secrets", () => {
    expect(variables(container(recorded, "backend"))["DATABASE_URL"]).toBe("ai-platform-secrets/database-url");
    const { stringData } = recorded.object("Secret", "ai-platform-secrets").inputs as {
      stringData: Record<string, string>;
    };
    expect(stringData["database-url"]).toMatch(
      /^postgresql:\/\/ai_platform:\S+@ai-platform-database\.ai-platform\.svc\.cluster\.local:5432\/ai_platform\?/,
    );
  });

  test("B26 its pods share a claim at /app/data, ReadWriteMany", () => {
    const mount = container(recorded, "backend").volumeMounts.find(({ mountPath }) => mountPath === "/app/data");
    const volume = workload(recorded, "backend").spec.template.spec.volumes.find(({ name }) => name === mount?.name);
    const { claimName } = volume?.["persistentVolumeClaim"] as { claimName: string };
    expect(mount?.readOnly).toBe(false);
    expect(object(recorded, "PersistentVolumeClaim", claimName).spec).toMatchObject({
      accessModes: ["ReadWriteMany"],
      resources: { requests: { storage: "20Gi" } },
    });
  });

  test("B27 writes logs to a folder /app/logs that dies with the pod and has a limit", () => {
    const mount = container(recorded, "backend").volumeMounts.find(({ mountPath }) => mountPath === "/app/logs");
    const volume = workload(recorded, "backend").spec.template.spec.volumes.find(({ name }) => name === mount?.name);
    expect(volume).toMatchObject({ emptyDir: { sizeLimit: "1Gi" } });
  });

  test("B28 finds Redis at ai-platform-redis:6379, with the password from the secret", () => {
    expect(variables(container(recorded, "backend"))).toMatchObject({
      REDIS_HOST: "ai-platform-redis.ai-platform.svc.cluster.local",
      REDIS_PORT: "6379",
      REDIS_PASSWORD: "ai-platform-secrets/redis-password",
      // Of three servers one is the master: the client builds its URL from what Sentinel answers.
      REDIS_SENTINEL_PORT: "26379",
      REDIS_SENTINEL_MASTER: "main",
    });
  });

  test("B29 its image has a registry, a fixed version and a digest", () => {
    expect(container(recorded, "backend").image).toMatch(own("backend"));
  });
});
