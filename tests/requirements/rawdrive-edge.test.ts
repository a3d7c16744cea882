import { flows } from "../support/edges";
import type { Recorded } from "../support/mocks";
import { recordStack } from "../support/program";

/** The rows of RawDrive about its edge and certificates, held on what its two stack files render. */
let stack: Recorded;
let dev: Recorded;
beforeAll(async () => {
  stack = await recordStack("rawdrive");
  dev = await recordStack("rawdrive-dev");
});

const NAMESPACE = "rawdrive";

/** Values of Traefik's chart. */
function values(of: Recorded): Record<string, unknown> {
  return of.get("ingress", "Release").inputs["values"] as Record<string, unknown>;
}

interface RouteRule {
  readonly match: string;
  readonly middlewares?: readonly { readonly name: string }[];
  readonly services: readonly { readonly name: string; readonly port: number }[];
}

function routes(of: Recorded): RouteRule[] {
  return (of.object("IngressRoute", "rawdrive-backend").inputs["spec"] as { routes: RouteRule[] }).routes;
}

function middleware(name: string): Readonly<Record<string, unknown>> {
  const { metadata, spec } = stack.object("Middleware", name).inputs as {
    metadata: { namespace: string };
    spec: Record<string, unknown>;
  };
  expect(metadata.namespace).toBe(NAMESPACE);
  return spec;
}

test("A4 Traefik 3.7 by its chart 41 routes, limits and terminates TLS", () => {
  const { inputs } = stack.get("ingress", "Release");
  expect(inputs).toMatchObject({ chart: expect.stringMatching(/\/traefik$/), version: expect.stringMatching(/^41\./) });
  const kinds = stack.ofType("Middleware").flatMap((object) => Object.keys(object.inputs["spec"] as object));
  expect(kinds).toEqual(expect.arrayContaining(["rateLimit", "headers"]));
  expect(stack.object("IngressRoute", "rawdrive-backend").inputs).toHaveProperty("spec.tls.secretName");
});

test("A5 entry points, metrics and providers are chart values, apart from every route", () => {
  expect(values(stack)).toMatchObject({
    ports: { web: { port: 8000 }, websecure: { port: 8443 }, metrics: { port: 8082 } },
    metrics: { prometheus: {} },
    providers: { kubernetesCRD: {} },
  });
  expect(JSON.stringify(values(stack))).not.toContain("api.rawdrive.ai");
  expect(stack.ofType("ClusterIssuer")).toHaveLength(1);
});

test("A6 routes come from IngressRoutes alone, and each middleware they name is defined once", () => {
  const named = new Set(routes(stack).flatMap(({ middlewares = [] }) => middlewares.map(({ name }) => name)));
  const defined = stack.ofType("Middleware").map(({ inputs }) => (inputs["metadata"] as { name: string }).name);
  expect(defined.sort()).toEqual([...named].sort());
  const others = stack.resources.filter(({ type }) => /^kubernetes:.*:(Ingress|HTTPRoute)$/.test(type));
  expect(others).toEqual([]);
  expect(values(stack)["providers"]).not.toHaveProperty("file");
});

test("A8 Traefik is a Deployment of its own in the cluster: two pods with stated resources", () => {
  expect(stack.get("ingress", "Release").inputs["namespace"]).toBe("traefik");
  expect(values(stack)).toMatchObject({
    deployment: { replicas: 2 },
    resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "4", memory: "256Mi" } },
  });
});

test("A9 routes are IngressRoute objects of traefik.io/v1alpha1", () => {
  for (const route of stack.ofType("IngressRoute")) {
    expect(route.type).toBe("kubernetes:traefik.io/v1alpha1:IngressRoute");
    expect(route.inputs["apiVersion"]).toBe("traefik.io/v1alpha1");
  }
});

test("A10 the resource types come with the pinned chart, before any route", () => {
  const release = stack.get("ingress", "Release");
  expect(release.inputs["skipCrds"]).toBeUndefined();
  expect(release.inputs["version"]).toMatch(/^\d+\.\d+\.\d+$/);
  for (const kind of ["IngressRoute", "Middleware", "TLSOption"])
    for (const object of stack.ofType(kind)) expect(object.dependsOn).toContain(release.urn);
});

test("A11 the API is served at entry point websecure", () => {
  expect(stack.object("IngressRoute", "rawdrive-backend").inputs).toHaveProperty("spec.entryPoints", ["websecure"]);
  expect(values(stack)).toHaveProperty("ports.websecure");
});

test("A12 the API is matched by host api.rawdrive.ai and prefix /api, on no other host", () => {
  expect(routes(stack)[0]?.match).toMatch(/^Host\(`api\.rawdrive\.ai`\) && \(PathPrefix\(`\/api`\)\)/);
  for (const { match } of routes(stack)) expect(match).toMatch(/^Host\(`api\.rawdrive\.ai`\) && /);
});

test("A13 every route leads to the one service rawdrive-backend", () => {
  for (const { services } of routes(stack)) expect(services).toMatchObject([{ name: "rawdrive-backend", port: 8000 }]);
  expect(stack.object("Service", "rawdrive-backend").inputs).toHaveProperty("metadata.namespace", NAMESPACE);
});

test("A14 the API passes rate-limit-api, security-headers and cors-headers, in this order", () => {
  expect(routes(stack)[0]?.middlewares).toEqual([
    { name: "rate-limit-api" },
    { name: "security-headers" },
    { name: "cors-headers" },
  ]);
});

test("A15 the API limit averages 50 requests a second", () => {
  expect(middleware("rate-limit-api")).toMatchObject({ rateLimit: { average: 50, period: "1s" } });
});

test("A16 the API limit lets 100 requests through at once", () => {
  expect(middleware("rate-limit-api")).toHaveProperty("rateLimit.burst", 100);
});

test("A17 who is counted is the last forwarded address, believed from trusted ranges only", () => {
  expect(middleware("rate-limit-api")).toHaveProperty("rateLimit.sourceCriterion.ipStrategy.depth", 1);
  for (const port of ["web", "websecure"])
    expect(values(stack)).toHaveProperty(`ports.${port}.forwardedHeaders.trustedIPs`, ["10.0.0.0/8"]);
});

test("A18 the upload limit averages 10 requests a second", () => {
  expect(middleware("rate-limit-uploads")).toMatchObject({ rateLimit: { average: 10, period: "1s" } });
});

test("A19 the upload limit lets 20 requests through at once", () => {
  expect(middleware("rate-limit-uploads")).toHaveProperty("rateLimit.burst", 20);
});

test("A20 uploads have a route of their own with their limit, which counts clients as the API's does", () => {
  const uploads = routes(stack).find(({ match }) => match.includes("PathPrefix(`/api/uploads`)"));
  expect(uploads?.middlewares?.[0]).toEqual({ name: "rate-limit-uploads" });
  expect(middleware("rate-limit-uploads")).toHaveProperty(
    "rateLimit.sourceCriterion",
    (middleware("rate-limit-api") as { rateLimit: { sourceCriterion: object } }).rateLimit.sourceCriterion,
  );
});

test.each(["rate-limit-api", "rate-limit-uploads"])(
  "A21 all pods of Traefik count %s in one Redis, which they may reach and log in to",
  (name) => {
    const { redis } = (middleware(name) as { rateLimit: { redis: SharedCount } }).rateLimit;
    expect(redis.endpoints).toEqual(["limits.rawdrive.svc.cluster.local:6379"]);
    // The mocks call a Secret as its resource. Traefik reads both keys of the one, and `ca.crt` of the other, beside the Middleware.
    expect(stack.get(redis.secret, "Secret").inputs).toMatchObject({
      metadata: { namespace: NAMESPACE },
      stringData: { username: "default", password: expect.any(String) },
    });
    expect(stack.get(redis.tls.caSecret, "Secret").inputs).toMatchObject({
      metadata: { namespace: NAMESPACE },
      stringData: { "ca.crt": expect.any(String) },
    });
    expect(flows(stack).open).toContain("traefik/traefik -> rawdrive/limits:6379");
  },
);

interface SharedCount {
  readonly endpoints: readonly string[];
  readonly secret: string;
  readonly tls: { readonly caSecret: string };
}

test("A22 security-headers set HSTS, no sniffing, no framing and a referrer policy", () => {
  expect(middleware("security-headers")).toMatchObject({
    headers: {
      stsSeconds: 31_536_000,
      stsIncludeSubdomains: true,
      contentTypeNosniff: true,
      frameDeny: true,
      referrerPolicy: "no-referrer",
    },
  });
});

test("A23 cors-headers name their origins and methods, and allow no credentials", () => {
  const { headers } = middleware("cors-headers") as { headers: Record<string, unknown> };
  expect(headers).toMatchObject({
    accessControlAllowOriginList: ["https://api.rawdrive.ai", "https://app.rawdrive.ai"],
    accessControlAllowMethods: ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
    accessControlAllowHeaders: expect.arrayContaining(["Authorization", "Content-Type"]),
  });
  expect(headers).not.toHaveProperty("accessControlAllowCredentials");
});

test("A24 the dashboard answers on port 8080 in development, and nowhere in production", () => {
  expect(values(dev)).toMatchObject({ api: { dashboard: true, insecure: true }, ports: { traefik: { port: 8080 } } });
  expect(flows(dev).access).toContain("anywhere -> traefik/*:8000,8443,8080");
  expect(values(stack)).toMatchObject({ api: { dashboard: false, insecure: false } });
  expect(flows(stack).access).toContain("anywhere -> traefik/*:8000,8443");
});

test("A25 the dashboard is routed at traefik.localhost in development, and has no route in production", () => {
  expect(dev.object("IngressRoute", "dashboard").inputs).toHaveProperty("spec.routes.0", {
    kind: "Rule",
    match: "Host(`traefik.localhost`)",
    services: [{ name: "api@internal", kind: "TraefikService" }],
  });
  expect(stack.ofType("IngressRoute").map(({ inputs }) => inputs)).toEqual([
    expect.objectContaining({ metadata: expect.objectContaining({ name: "rawdrive-backend" }) }),
  ]);
});

test("A26 the API's certificate comes from Let's Encrypt, by cert-manager, and its route uses it", () => {
  const [issuer] = stack.ofType("ClusterIssuer");
  expect(issuer?.inputs).toHaveProperty("spec.acme.server", "https://acme-v02.api.letsencrypt.org/directory");
  expect(issuer?.inputs).toHaveProperty("spec.acme.email", "platform@rawdrive.ai");
  const [certificate] = stack
    .ofType("Certificate")
    .filter(({ inputs }) => JSON.stringify(inputs).includes("api.rawdrive.ai"));
  const { spec } = certificate?.inputs as { spec: { dnsNames: string[]; secretName: string; issuerRef: object } };
  expect(spec).toMatchObject({
    dnsNames: ["api.rawdrive.ai"],
    issuerRef: { kind: "ClusterIssuer", name: (issuer?.inputs["metadata"] as { name: string }).name },
  });
  expect(stack.object("IngressRoute", "rawdrive-backend").inputs).toHaveProperty(
    "spec.tls.secretName",
    spec.secretName,
  );
});
