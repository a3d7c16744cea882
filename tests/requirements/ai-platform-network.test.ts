import { flows } from "../support/edges";
import type { Recorded } from "../support/mocks";
import { object, objectsIn, type ServiceSpec, variables } from "../support/objects";
import { recordStack } from "../support/program";
import { container, NAMESPACE, PARTS, service, STACK } from "./web-platform";

let recorded: Recorded;
beforeAll(async () => {
  recorded = await recordStack(STACK);
});

interface RouteSpec {
  readonly entryPoints: readonly string[];
  readonly routes: readonly {
    readonly match: string;
    readonly priority: number;
    readonly middlewares: readonly { readonly name: string }[];
    readonly services: readonly { readonly name: string; readonly port: number }[];
  }[];
  readonly tls: object;
}

const route = (part: string) => object<RouteSpec>(recorded, "IngressRoute", `ai-platform-${part}`).spec;
const onlyRoute = (part: string) => {
  const [first] = route(part).routes;
  if (!first) throw new Error(`The ${part} has no route.`);
  return first;
};
const traefik = () => (recorded.get("ingress", "Release").inputs["values"] ?? {}) as Record<string, unknown>;

/** Flows between pods with the system's namespace and labels left out. */
const short = (flow: string) => flow.replaceAll(/ai-platform\/(cnpg\.io\/cluster=)?ai-platform-(\w+)(,[^ :]*)?/g, "$2");

describe("inside", () => {
  test("B53 each part has one address: frontend to backend, backend to Redis, backend to the database by its URL", () => {
    expect(variables(container(recorded, "frontend"))).toMatchObject({
      API_BASE_URL: "http://ai-platform-backend:8000",
      API_HOST: "ai-platform-backend.ai-platform.svc.cluster.local",
      API_PORT: "8000",
    });
    expect(variables(container(recorded, "backend"))).toMatchObject({
      REDIS_HOST: "ai-platform-redis.ai-platform.svc.cluster.local",
      REDIS_PORT: "6379",
      DATABASE_URL: "ai-platform-secrets/database-url",
    });
    expect(PARTS.map((part) => service(recorded, part).spec.ports[0]?.port)).toEqual([80, 8000, 5432, 6379]);
  });

  test("B54 the edge reaches the frontend, the frontend the backend, the backend database and Redis", () => {
    const between = flows(recorded)
      .open.map(short)
      .filter((flow) => /frontend|backend|database|redis/.test(flow));
    const ofStores = /^(redis -> redis|database -> database|cnpg-system\/\* -> database|monitoring\/prometheus -> )/;
    expect(between.filter((flow) => !ofStores.test(flow))).toEqual([
      "backend -> redis:26379",
      "backend -> redis:6379",
      "backend -> database:5432",
      "frontend -> backend:8000",
      // The API's own route, which browsers call under the same host.
      "traefik/traefik -> backend:8000",
      "traefik/traefik -> frontend:8080",
    ]);
  });

  test("B71 all else is denied but DNS and scraping", () => {
    const denied = objectsIn<{ podSelector: object; policyTypes: string[]; ingress?: object }>(
      recorded,
      NAMESPACE,
      "NetworkPolicy",
    ).find(({ metadata }) => metadata.name === "default-deny");
    expect(denied?.spec).toMatchObject({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    expect(denied?.spec.ingress).toBeUndefined();
    expect(JSON.stringify(denied?.spec)).toContain('"k8s-app":"kube-dns"');
    const { open, dangling, access } = flows(recorded);
    expect(dangling).toEqual([]);
    expect(open.filter((flow) => flow.startsWith("monitoring/prometheus -> ai-platform/")).map(short)).toEqual([
      "monitoring/prometheus -> backend:8000",
      "monitoring/prometheus -> frontend:9113",
      "monitoring/prometheus -> redis:9121",
      "monitoring/prometheus -> database:9187",
    ]);
    // The operator in each database pod tells the API server how it is.
    const outside = access.filter((flow) => flow.includes("ai-platform/")).map(short);
    expect(outside).toEqual(["database -> anywhere:443,6443"]);
  });
});

describe("the edge", () => {
  test("B55 the public host is ai-platform.example.com", () => {
    for (const part of ["frontend", "backend"])
      expect(onlyRoute(part).match).toContain("Host(`ai-platform.example.com`)");
  });

  test("B56 / leads to the frontend, and /api to the backend", () => {
    expect(onlyRoute("frontend")).toMatchObject({
      match: "Host(`ai-platform.example.com`) && (PathPrefix(`/`))",
      services: [{ name: "ai-platform-frontend", port: 80 }],
    });
    expect(onlyRoute("backend")).toMatchObject({
      match: "Host(`ai-platform.example.com`) && (PathPrefix(`/api`)) && !(PathPrefix(`/api/metrics`))",
      services: [{ name: "ai-platform-backend", port: 8000 }],
    });
    expect(onlyRoute("backend").priority).toBeGreaterThan(onlyRoute("frontend").priority);
  });

  test("B57 the controller is Traefik, routes are its own objects, and no annotation chooses it", () => {
    expect(String(recorded.get("ingress", "Release").inputs["chart"])).toMatch(/\/traefik$/);
    expect(recorded.ofType("Ingress").filter(({ type }) => type.startsWith("kubernetes:"))).toEqual([]);
    expect(JSON.stringify(recorded.resources.map(({ inputs }) => inputs))).not.toContain("kubernetes.io/ingress.class");
  });

  test("B58 no path is rewritten on the way to the frontend; only /api is taken off before the backend", () => {
    const specs = (part: string) =>
      onlyRoute(part).middlewares.map(({ name }) => object(recorded, "Middleware", name).spec);
    expect(specs("frontend").flatMap(Object.keys).sort()).toEqual(["headers", "rateLimit"]);
    expect(specs("backend")).toContainEqual({ stripPrefix: { prefixes: ["/api"] } });
    expect(JSON.stringify(recorded.ofType("Middleware"))).not.toMatch(/replacePath/i);
  });

  test("B59 HTTP is redirected to HTTPS at the entry point", () => {
    expect(traefik()).toMatchObject({
      ports: { web: { http: { redirections: { entryPoint: { to: "websecure", scheme: "https", permanent: true } } } } },
    });
    for (const part of ["frontend", "backend"]) expect(route(part).entryPoints).toEqual(["websecure"]);
  });

  test("B60 the host's certificate is the secret ai-platform-tls", () => {
    for (const part of ["frontend", "backend"]) expect(route(part).tls).toEqual({ secretName: "ai-platform-tls" });
    expect(object(recorded, "Certificate", "ai-platform-tls").spec).toMatchObject({
      secretName: "ai-platform-tls",
      dnsNames: ["ai-platform.example.com"],
    });
  });

  test("B61 cert-manager's cluster issuer letsencrypt-prod signs it", () => {
    expect(object(recorded, "Certificate", "ai-platform-tls").spec["issuerRef"]).toMatchObject({
      kind: "ClusterIssuer",
      name: "letsencrypt-prod",
    });
    expect(object(recorded, "ClusterIssuer", "letsencrypt-prod").spec["acme"]).toMatchObject({
      server: "https://acme-v02.api.letsencrypt.org/directory",
    });
  });

  test("B62 only the edge has an outside: backend, database and Redis are ClusterIP", () => {
    const types = objectsIn<ServiceSpec>(recorded, NAMESPACE, "Service").map(({ spec }) => spec.type);
    expect(types).toEqual(Array(4).fill("ClusterIP"));
    const routed = recorded.ofType("IngressRoute").map(({ inputs }) => JSON.stringify(inputs));
    expect(routed.filter((text) => /ai-platform-(database|redis)/.test(text))).toEqual([]);
    expect(traefik()).toMatchObject({ service: { spec: { type: "LoadBalancer" } } });
  });
});
