import type { Connection, SiteArgs } from "../../../components/foundation";
import { Service } from "../../../components/services/service";
import { serviceKeys } from "../../../components/services/service/keys";
import { connectionTo, keysOf, recordPart } from "../../support/builders";
import { flows } from "../../support/edges";
import type { Recorded } from "../../support/mocks";

const minimal = { image: "registry.example.com/web:2.4.1", resources: { cpu: "500m", memory: "1Gi" } };
const served = { port: 8000, probes: { ready: "/ready", live: "/health" } };

interface Around {
  readonly uses?: readonly Connection[];
  readonly site?: Partial<SiteArgs>;
}

const service = (keys: object = {}, { uses = [], site = {} }: Around = {}) =>
  recordPart((around) => {
    const connection = (name: string) => connectionTo(name);
    return new Service("web", { ...keysOf(serviceKeys, { ...minimal, ...keys }), uses, connection, site: around });
  }, site);

const container = (stack: Recorded) => {
  const { inputs } = stack.get("web", "Deployment");
  const { template } = (inputs as { spec: { template: { spec: { containers: object[] } } } }).spec;
  return template.spec.containers[0];
};

describe("any image", () => {
  test("runs with its own command, hardened like everything, as often as stated", async () => {
    const { stack } = await service({ command: ["/bin/web"], args: ["--serve"], replicas: 3, user: 2000, group: 3000 });
    expect(container(stack)).toMatchObject({
      image: minimal.image,
      command: ["/bin/web"],
      args: ["--serve"],
      resources: { requests: { cpu: "500m", memory: "1Gi" }, limits: { cpu: "2000m", memory: "1Gi" } },
      securityContext: { readOnlyRootFilesystem: true },
    });
    expect(stack.get("web", "Deployment").inputs).toMatchObject({
      spec: { replicas: 3, template: { spec: { securityContext: { runAsUser: 2000, fsGroup: 3000 } } } },
    });
  });

  test("without ports has no Service, offers nothing, and says why it has no probes", async () => {
    const { part, stack } = await service();
    expect(part.connections).toEqual({});
    expect(stack.ofType("Service").map(({ type }) => type)).toEqual(["ai-platform:services:Service"]);
    expect(stack.get("web", "Deployment").inputs).toMatchObject({
      spec: {
        template: { metadata: { annotations: { "ai-platform.dev/exempt.workloads-have-probes": expect.any(String) } } },
      },
    });
  });

  test("goes to the nodes and carries the labels that the stack file fixes", async () => {
    const tolerations = [{ key: "spot", operator: "Exists", effect: "NoSchedule" }];
    const labels = { app: "web", component: "frontend" };
    const { part, stack } = await service({ nodeSelector: { disk: "ssd" }, tolerations, labels });
    expect(stack.get("web", "Deployment").inputs).toMatchObject({
      metadata: { labels: { ...labels, "app.kubernetes.io/component": "frontend" } },
      spec: { selector: { matchLabels: labels }, template: { spec: { nodeSelector: { disk: "ssd" }, tolerations } } },
    });
    expect(part.members[0]?.peer.labels).toMatchObject(labels);
  });

  test("is updated and drained as the stack file says", async () => {
    const { stack } = await service({ rollout: { maxSurge: 2, maxUnavailable: 1 }, drainSeconds: 120 });
    expect(stack.get("web", "Deployment").inputs).toMatchObject({
      spec: {
        strategy: { rollingUpdate: { maxSurge: 2, maxUnavailable: 1 } },
        template: { spec: { terminationGracePeriodSeconds: 5 + 120 + 15 } },
      },
    });
  });

  test("takes what no key models", async () => {
    const { stack } = await service({ extra: { pod: { priorityClassName: "high" }, container: { tty: true } } });
    expect(container(stack)).toMatchObject({ tty: true });
    expect(stack.get("web", "Deployment").inputs).toHaveProperty("spec.template.spec.priorityClassName", "high");
  });
});

describe("its ports", () => {
  test("are one that is named http, or several; the first is what others use", async () => {
    const ports = { grpc: 9000, admin: { port: 80, targetPort: 8080 } };
    const { part, stack } = await service({ ...served, ports });
    expect(part.connections["default"]).toMatchObject({ port: 8000, server: { ports: [8000] } });
    expect(stack.object("Service", "web").inputs).toMatchObject({
      spec: {
        ports: [
          { name: "http", port: 8000 },
          { name: "grpc", port: 9000 },
          { name: "admin", port: 80, targetPort: "admin" },
        ],
      },
    });
  });

  test("are where Prometheus asks, on the pods' side", async () => {
    const ports = { admin: { port: 80, targetPort: 8080 } };
    const { part } = await service({ ...served, ports, metrics: { port: "admin", path: "/internal/metrics" } });
    expect(part.metrics).toMatchObject([{ name: "web", port: 8080, path: "/internal/metrics" }]);
    expect((await service({ ...served, metrics: {} })).part.metrics).toMatchObject([{ port: 8000, path: "/metrics" }]);
    expect((await service(served)).part.metrics).toEqual([]);
  });
});

describe("what it uses", () => {
  test("becomes variables, files, start-up order and one flow each", async () => {
    const { stack } = await service(served, { uses: [connectionTo("cache"), connectionTo("queue")] });
    expect(container(stack)).toMatchObject({
      env: expect.arrayContaining([{ name: "CACHE_HOST", value: "cache.ai-platform.svc.cluster.local" }]),
    });
    expect(flows(stack)).toEqual({
      open: ["ai-platform/web -> ai-platform/app=cache:7000", "ai-platform/web -> ai-platform/app=queue:7000"],
      dangling: [],
      access: [],
    });
  });
});

describe("migrations", () => {
  const migrate = { args: ["migrate"], deadlineSeconds: 60 };

  test("run with the service's image and variables, and no pod starts before they have succeeded", async () => {
    const { stack } = await service({ ...served, migrate, environment: { MODE: "production" } });
    const job = stack.get("web-migrations", "Job");
    expect(job.inputs).toMatchObject({
      spec: {
        activeDeadlineSeconds: 60,
        template: { spec: { containers: [{ image: minimal.image, args: ["migrate"], env: [{ name: "MODE" }] }] } },
      },
    });
    expect(stack.get("web", "Workload").dependsOn).toContain(job.urn);
  });

  test("reach what the service uses, as a group of their own", async () => {
    const { part, stack } = await service({ ...served, migrate }, { uses: [connectionTo("postgres")] });
    expect(part.members.map(({ name }) => name)).toEqual(["web", "web-migrations"]);
    expect(flows(stack).open).toContain("ai-platform/web-migrations -> ai-platform/app=postgres:7000");
  });

  test("mount volumes that are there already", async () => {
    const { stack } = await service({ ...served, migrate, claims: { uploads: { path: "/uploads", size: "1Gi" } } });
    expect(stack.get("web-migrations", "Task").dependsOn).toContain(stack.get("uploads").urn);
  });
});

describe("routes", () => {
  const routed = (keys: object = {}) => service({ ...served, ...keys });

  test("A14 are declared with the middlewares they pass, in order, and served by nobody but an edge", async () => {
    const through = ["rate-limit-api", "security-headers", "cors-headers"];
    const { part, stack } = await routed({ routes: [{ host: "api.example.com", path: "/api", through }] });
    expect(part.routes).toMatchObject([
      { name: "web", host: "api.example.com", paths: ["/api"], through, service: { name: "web", port: 8000 } },
    ]);
    expect(stack.ofType("IngressRoute")).toEqual([]);
  });

  test("are at the stack's own host, at the first port and behind the usual middlewares by default", async () => {
    const { part } = await routed({ routes: [{}] });
    expect(part.routes).toMatchObject([
      { host: "ai.localhost", paths: ["/"], through: ["cors-headers", "rate-limit", "security-headers"] },
    ]);
  });

  test("lead to a named port: of the Service for the edge, of the pods for the network", async () => {
    const ports = { admin: { port: 80, targetPort: 8080 } };
    const { part } = await routed({ ports, routes: [{ port: "admin" }] });
    expect(part.routes).toMatchObject([{ service: { port: 80 }, server: { ports: [8080] } }]);
  });
});

test("images are pulled with the site's credentials", async () => {
  const site = { artifacts: { pullSecret: { secret: "registry" } } };
  const { stack } = await service({}, { site });
  expect(stack.get("web", "Deployment").inputs).toHaveProperty("spec.template.spec.imagePullSecrets", [
    { name: "pull-secret" },
  ]);
});
