import { Ingress } from "../../components/ingress";
import { configOf, surroundings } from "../support/builders";
import { record } from "../support/mocks";

const acme = JSON.stringify({ issuer: "acme", acmeEmail: "platform@example.com" });

function deployed(keys: Record<string, string> = {}) {
  return record(() => {
    const { config, artifacts, certificates, observability, namespace } = surroundings(configOf(keys));
    const ingress = new Ingress("ingress", { ...config.ingress, artifacts, certificates, observability });
    const server = { name: "backend", peer: { namespace: namespace.name, labels: { app: "backend" } } };
    ingress.route("backend", { namespace, host: "api.example.com", paths: ["/v1", "/admin"], server, port: 8000 }, {});
  });
}

test("A9 A10 the route is an IngressRoute made after the chart that brings its definition", async () => {
  const stack = await deployed();
  const route = stack.get("backend", "IngressRoute");
  expect(route.type).toBe("kubernetes:traefik.io/v1alpha1:IngressRoute");
  expect(route.dependsOn).toContain(stack.get("ingress", "Release").urn);
});

test("A11 A12 C123 the route serves named paths of a named host over HTTPS, and nothing else", async () => {
  const { inputs } = (await deployed()).get("backend", "IngressRoute");
  expect(inputs).toMatchObject({
    metadata: { namespace: "ai-platform" },
    spec: {
      entryPoints: ["websecure"],
      routes: [
        {
          match: "Host(`api.example.com`) && (PathPrefix(`/v1`) || PathPrefix(`/admin`))",
          services: [{ name: "backend", port: 8000 }],
        },
      ],
      tls: { secretName: "backend-tls" },
    },
  });
});

test("A14 requests pass rate limit, security headers and CORS headers, in this order", async () => {
  const { inputs } = (await deployed()).get("backend", "IngressRoute");
  expect(inputs).toHaveProperty(
    "spec.routes.0.middlewares",
    ["backend-rate-limit", "backend-security-headers", "backend-cors-headers"].map((name) => ({ name })),
  );
});

test("A15 A16 the rate limit is 50 requests per second and client on average, 100 at once", async () => {
  const { inputs } = (await deployed()).get("backend-rate-limit");
  expect(inputs).toMatchObject({ spec: { rateLimit: { average: 50, burst: 100, period: "1s" } } });
});

test("A17 behind trusted proxies the last forwarded address is the client; else the address that connects", async () => {
  const behind = await deployed({ ingress: '{"trustedProxies":["10.0.0.0/8"]}' });
  expect(behind.get("backend-rate-limit").inputs).toHaveProperty("spec.rateLimit.sourceCriterion.ipStrategy.depth", 1);
  expect((await deployed()).get("backend-rate-limit").inputs).not.toHaveProperty("spec.rateLimit.sourceCriterion");
});

test("A22 C150 C152 security headers: HSTS for a year with subdomains, no sniffing, no frames, no referrer", async () => {
  expect((await deployed()).get("backend-security-headers").inputs).toMatchObject({
    spec: {
      headers: {
        stsSeconds: 31_536_000,
        stsIncludeSubdomains: true,
        contentTypeNosniff: true,
        frameDeny: true,
        referrerPolicy: "no-referrer",
      },
    },
  });
});

test("A23 C131 CORS names its origins and allows no credentials", async () => {
  const stack = await deployed({ ingress: '{"corsOrigins":["https://app.example.com"]}' });
  const { inputs } = stack.get("backend-cors-headers");
  expect(inputs).toHaveProperty("spec.headers.accessControlAllowOriginList", [
    "https://api.example.com",
    "https://app.example.com",
  ]);
  expect(inputs).not.toHaveProperty("spec.headers.accessControlAllowCredentials");
});

test("C148 C300 every host speaks TLS 1.2 with forward secrecy or 1.3", async () => {
  const { inputs } = (await deployed()).get("ingress-tls-options");
  expect(inputs).toMatchObject({
    metadata: { name: "default", namespace: "traefik" },
    spec: { minVersion: "VersionTLS12" },
  });
  const { cipherSuites } = (inputs as { spec: { cipherSuites: string[] } }).spec;
  for (const suite of cipherSuites) expect(suite).toMatch(/^TLS_ECDHE_.*(GCM|POLY1305)/);
});

test("C276 the way from Traefik to the pods is open on their port, on both sides", async () => {
  const stack = await deployed();
  expect(stack.get("traefik-to-backend-egress").inputs).toMatchObject({
    metadata: { namespace: "traefik" },
    spec: { egress: [{ ports: [{ protocol: "TCP", port: 8000 }] }] },
  });
  expect(stack.get("traefik-to-backend-ingress").inputs).toMatchObject({
    metadata: { namespace: "ai-platform" },
    spec: { podSelector: { matchLabels: { app: "backend" } } },
  });
});

test("Traefik's namespace is restricted, and open to users on its two public ports only", async () => {
  const stack = await deployed();
  expect(stack.get("ingress", "core/v1:Namespace").inputs).toMatchObject({
    metadata: { name: "traefik", labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
  });
  expect(stack.get("ingress-serve-internet").inputs).toHaveProperty("spec.ingress.0.ports", [
    { protocol: "TCP", port: 8000 },
    { protocol: "TCP", port: 8443 },
  ]);
});

test("with ACME, Traefik reaches the pods that answer challenges; without, there are none", async () => {
  const policies = async (keys: Record<string, string>) =>
    (await deployed(keys)).ofType("NetworkPolicy").map(({ name }) => name);
  expect(await policies({ domain: "api.example.com", certificates: acme })).toContain(
    "traefik-to-backend-challenge-ingress",
  );
  expect(await policies({})).not.toContain("traefik-to-backend-challenge-ingress");
});

test("A47 Prometheus scrapes Traefik on port 8082 and may reach it", async () => {
  const stack = await deployed();
  expect(stack.get("traefik-monitor").inputs).toMatchObject({
    metadata: { namespace: "monitoring" },
    spec: {
      namespaceSelector: { matchNames: ["traefik"] },
      podMetricsEndpoints: [{ portNumber: 8082, path: "/metrics" }],
    },
  });
  expect(stack.get("prometheus-to-traefik-egress").inputs).toHaveProperty("spec.egress.0.ports.0.port", 8082);
});
