import { type Recorded } from "../../support/mocks";
import { object, objectsIn, type PodSpec, type ServiceSpec, variables, type WorkloadSpec } from "../../support/objects";
import { rawConfig, recordConfig } from "../../support/program";

const text = `
config:
  ai-platform:system: shop
  ai-platform:domain: shop.example.com
  ai-platform:monitoring: {}
  ai-platform:ingress: { middlewares: { no-api: { stripPrefix: { prefixes: [/api] } } } }
  ai-platform:token: { secure: v1:abc }
  ai-platform:password: { secure: v1:abc }
  ai-platform:stores:
    database: { kind: postgres, serviceName: shop-database }
    cache: { kind: redis, keeps: cache, servers: 1 }
    queue: { kind: redis, keeps: queue, servers: 3 }
    plain: { kind: postgres-single }
    far: { kind: postgres-external, host: db.example.com, password: { secret: password } }
  ai-platform:services:
    web:
      image: registry.example.com/web:1.0.0
      port: { port: 80, targetPort: 8080 }
      probes: { live: /health }
      resources: { cpu: 100m, memory: 64Mi }
      sidecars:
        exporter:
          image: registry.example.com/exporter:1.0.0
          ports: { metrics: 9113 }
          environment: { LEVEL: info }
          resources: { cpu: 10m, memory: 32Mi, limits: { cpu: 20m } }
          probes: { ready: { exec: { command: ["true"] } }, live: /metrics }
      metrics: { port: metrics }
      routes: [{ path: / }]
    api:
      image: registry.example.com/api:1.0.0
      port: 8000
      uses: [database, cache]
      probes: { live: /health }
      resources: { cpu: 100m, memory: 64Mi }
      secretName: api-secrets
      secretVariables: it reads nothing but variables
      environment: { TOKEN: { secret: token }, DATABASE_URL: { from: database }, CACHE_URL: { from: cache }, NAME: { from: database, key: database } }
      metrics: {}
      routes: [{ path: /api, through: [no-api] }, { path: /v1 }, { path: /metrics }]
      extra: { deployment: { template: { metadata: { annotations: { team: shop } } } } }
    asks-all:
      image: registry.example.com/asks-all:1.0.0
      resources: { cpu: 100m, memory: 64Mi }
      uses: [database, plain, far, cache, queue]
      environment:
        A_FILE: { from: database, key: url }
        B_FILE: { from: database, key: username }
        C_FILE: { from: database, key: password }
        D_FILE: { from: database, key: database }
        E_FILE: { from: plain, key: url }
        F_FILE: { from: plain, key: username }
        G_FILE: { from: plain, key: password }
        H_FILE: { from: plain, key: database }
        I_FILE: { from: far, key: url }
        J_FILE: { from: far, key: username }
        K_FILE: { from: far, key: password }
        L_FILE: { from: far, key: database }
        M_FILE: { from: cache, key: url }
        N_FILE: { from: cache, key: password }
        O_FILE: { from: queue, key: password }
`;

let recorded: Recorded;
beforeAll(async () => {
  recorded = await recordConfig(rawConfig(text));
});

const deployment = (name: string) => object<WorkloadSpec>(recorded, "Deployment", name).spec;
const pod = (name: string): PodSpec => deployment(name).template.spec;

describe("a container beside a service's own", () => {
  test("is hardened like the other", () => {
    const [own, exporter] = pod("web").containers;
    expect(exporter?.securityContext).toEqual(own.securityContext);
    expect(exporter?.resources.limits).toEqual({ cpu: "20m", memory: "32Mi" });
  });

  test("has its own ports, variables and probes, and the other does not", () => {
    const [own, exporter] = pod("web").containers;
    expect(own.ports?.map(({ name }) => name)).toEqual(["http"]);
    expect(exporter).toMatchObject({
      name: "exporter",
      ports: [{ name: "metrics", containerPort: 9113 }],
      env: [{ name: "LEVEL", value: "info" }],
      readinessProbe: { exec: { command: ["true"] } },
      livenessProbe: { httpGet: { path: "/metrics", port: "metrics" } },
    });
  });

  test("is reached through the Service, and scraped where the service says so", () => {
    expect(object<ServiceSpec>(recorded, "Service", "web").spec.ports).toMatchObject([
      { name: "http", port: 80, targetPort: "http" },
      { name: "metrics", port: 9113, targetPort: "metrics" },
    ]);
    expect(object(recorded, "PodMonitor", "web").spec["podMetricsEndpoints"]).toEqual([
      { portNumber: 9113, path: "/metrics" },
    ]);
  });
});

describe("what a service tells Prometheus", () => {
  const matches = (name: string) =>
    object<{ routes: { match: string; priority: number }[] }>(recorded, "IngressRoute", name).spec.routes.map(
      ({ match, priority }) => [match.replace("Host(`shop.example.com`) && ", ""), priority],
    );

  test("stays inside, also behind a prefix that a middleware takes off", () => {
    expect(matches("api")).toEqual([
      ["(PathPrefix(`/api`)) && !(PathPrefix(`/api/metrics`))", 4],
      ["(PathPrefix(`/v1`))", 3],
      ["(PathPrefix(`/metrics`)) && !(PathPrefix(`/metrics`))", 8],
    ]);
  });

  test("hides nothing of a route to another port", () => {
    expect(matches("web")).toEqual([["(PathPrefix(`/`))", 1]]);
  });
});

describe("a secret of a fixed name", () => {
  test("holds values of connections and of the stack file", () => {
    const { stringData } = recorded.object("Secret", "api-secrets").inputs as { stringData: Record<string, string> };
    expect(stringData).toMatchObject({ token: "decrypted-token", name: "platform" });
    expect(stringData["cache-url"]).toMatch(/^rediss:\/\/:\S+@cache\.shop\.svc\.cluster\.local:6379\/0$/);
    expect(variables(pod("api").containers[0])["TOKEN"]).toBe("api-secrets/token");
  });

  test("rolls the pods when it is made anew, though its name stays", () => {
    const { annotations } = deployment("api").template.metadata;
    expect(annotations).toMatchObject({ "ai-platform.dev/secret-version": "uid of api-environment", team: "shop" });
    expect(deployment("web").template.metadata.annotations).not.toHaveProperty(["ai-platform.dev/secret-version"]);
  });
});

test("every value that the loader lets a variable have is there", () => {
  const { stringData } = recorded.get("asks-all-environment", "Secret").inputs as {
    stringData: Record<string, string>;
  };
  expect(Object.keys(stringData).sort().join("")).toBe("abcdefghijklmno");
  expect(stringData).toMatchObject({
    k: "decrypted-password",
    l: "platform",
    o: "generated-queue-credentials-password",
  });
  for (const value of Object.values(stringData)) expect(value).not.toBe("");
});

describe("a database with a name for its address", () => {
  test("has a Service that follows the primary, and clients use it", () => {
    const { spec } = object<ServiceSpec>(recorded, "Service", "shop-database");
    expect(spec.selector).toEqual({ "cnpg.io/cluster": "database", "cnpg.io/instanceRole": "primary" });
    expect(variables(pod("api").containers[0])["DATABASE_HOST"]).toBe("shop-database.shop.svc.cluster.local");
  });

  test("is known to its certificate by that name too", () => {
    expect(recorded.get("database-tls-request").inputs["dnsNames"]).toEqual(
      expect.arrayContaining(["shop-database.shop.svc.cluster.local", "database-rw.shop.svc.cluster.local"]),
    );
  });
});

test("services share their alerts, and each has a dashboard", () => {
  const rules = objectsIn<{ groups: { rules: { alert: string }[] }[] }>(recorded, "monitoring", "PrometheusRule");
  const names = rules.flatMap(({ spec }) => spec.groups.flatMap((group) => group.rules.map(({ alert }) => alert)));
  expect(names.filter((name) => name === "ServiceDown")).toHaveLength(1);
  const dashboards = objectsIn(recorded, "monitoring", "ConfigMap").map(({ metadata }) => metadata.name);
  expect(dashboards).toEqual(expect.arrayContaining(["dashboard-service-api", "dashboard-service-web"]));
});
