import { flows } from "../../support/edges";
import { ingress } from "./edge";

const acme = { issuer: "acme", acmeEmail: "platform@example.com" };

test("C148 C300 every host speaks TLS 1.2 or later, unless it names other options", async () => {
  const { stack } = await ingress();
  expect(stack.object("TLSOption", "default").inputs).toMatchObject({
    metadata: { namespace: "traefik" },
    spec: { minVersion: "VersionTLS12" },
  });
});

test("Traefik's namespace is restricted, and open to users on its two public ports only", async () => {
  const { stack } = await ingress();
  expect(stack.object("Namespace", "traefik").inputs).toMatchObject({
    metadata: { labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
  });
  expect(flows(stack).access.filter((flow) => flow.includes("-> traefik/"))).toEqual([
    "anywhere -> traefik/*:8000,8443",
  ]);
});

test("with ACME, Traefik reaches the pods that answer challenges; without, there are none", async () => {
  const open = async (certificates: object | undefined) => flows((await ingress({ certificates })).stack).open;
  expect(await open(acme)).toEqual(["traefik/traefik -> ai-platform/acme.cert-manager.io/http01-solver=true:8089"]);
  expect(await open({})).toEqual([]);
  expect(await open(undefined)).toEqual([]);
});

test("A24 the dashboard is served where a stack in development asks for it, at a host of this machine", async () => {
  const { stack } = await ingress({ keys: { dashboard: true } });
  expect(stack.object("IngressRoute", "dashboard").inputs).toMatchObject({
    spec: { routes: [{ match: "Host(`traefik.localhost`)", services: [{ name: "api@internal" }] }] },
  });
  expect((await ingress()).stack.ofType("IngressRoute").map(({ name }) => name)).toEqual(["backend-route"]);
});

test("A47 A48 A52 Prometheus scrapes port 8082, and an alert of a group of its own tells failing servers", async () => {
  const { part: edge } = await ingress();
  expect(edge.metrics).toEqual([
    { name: "traefik", peer: { namespace: "traefik", labels: { "app.kubernetes.io/name": "traefik" } }, port: 8082 },
  ]);
  expect(edge.alertGroup).toBe("traefik-alerts");
  expect(edge.alerts).toMatchObject([
    {
      name: "TraefikHighErrorRate",
      expression:
        'sum (rate(traefik_service_requests_total{code=~"5.."}[5m])) / sum (rate(traefik_service_requests_total[5m])) > 0.05',
      for: "2m",
      severity: "critical",
    },
  ]);
});
