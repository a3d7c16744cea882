import { Ingress } from "../../../components/platform/ingress";
import { Redis } from "../../../components/stores/redis";
import { redisKeys } from "../../../components/stores/redis/keys";
import { keysOf } from "../../support/builders";
import { flows } from "../../support/edges";
import type { Recorded } from "../../support/mocks";
import { ingress, part, route, usual } from "./edge";

const namesOf = (stack: Recorded, kind: string) =>
  stack
    .ofType(kind)
    .map(({ name }) => name)
    .sort();

test("A9 A10 the route is an IngressRoute made after the chart that brings its definition", async () => {
  const { stack } = await ingress();
  const made = stack.get("backend-route", "IngressRoute");
  expect(made.type).toBe("kubernetes:traefik.io/v1alpha1:IngressRoute");
  expect(made.dependsOn).toContain(stack.get("ingress", "Release").urn);
});

test("A11 A12 C123 the route serves named paths of a named host over HTTPS, and nothing else", async () => {
  const { stack } = await ingress({ certificates: {} });
  expect(stack.object("IngressRoute", "backend").inputs).toMatchObject({
    metadata: { namespace: "ai-platform" },
    spec: {
      entryPoints: ["websecure"],
      routes: [
        {
          match: "Host(`api.example.com`) && (PathPrefix(`/v1`) || PathPrefix(`/admin`))",
          services: [{ name: "backend", port: 80, strategy: "p2c" }],
        },
      ],
      tls: { secretName: "api-example-com-tls" },
    },
  });
});

test("A14 requests pass the middlewares that a route names, in its order; each is made once", async () => {
  const second = route({ name: "web", host: "web.example.com", through: ["security-headers"] });
  const { stack } = await ingress({ parts: () => [part([route()]), part([second], "web")] });
  expect(stack.object("IngressRoute", "backend").inputs).toHaveProperty(
    "spec.routes.0.middlewares",
    usual.map((name) => ({ name })),
  );
  expect(stack.object("IngressRoute", "web").inputs).toHaveProperty("spec.routes.0.middlewares", [
    { name: "security-headers" },
  ]);
  expect(namesOf(stack, "Middleware")).toEqual([...usual].sort());
});

test("middlewares that no route names are not made, and one that nobody defines is an error", async () => {
  const { stack } = await ingress({ parts: () => [part([route({ through: [] })])] });
  expect(stack.ofType("Middleware")).toEqual([]);
  const parts = () => [part([route({ through: ["nothing"] })])];
  await expect(ingress({ parts })).rejects.toThrow('No middleware is named "nothing".');
});

describe("hosts", () => {
  const routes = [
    route({ paths: ["/v1"] }),
    route({ paths: ["/docs"], through: [] }),
    route({ host: "www.example.com", paths: ["/"] }),
  ];

  test("have one IngressRoute per part, its second host a number behind the name, and one certificate each", async () => {
    const { stack } = await ingress({ certificates: {}, parts: () => [part(routes)] });
    expect(stack.object("IngressRoute", "backend").inputs).toMatchObject({
      spec: { routes: [{ match: expect.stringContaining("/v1") }, { match: expect.stringContaining("/docs") }] },
    });
    expect(stack.object("IngressRoute", "backend-2").inputs).toMatchObject({
      spec: { tls: { secretName: "www-example-com-tls" } },
    });
    expect(namesOf(stack, "IngressRoute")).toEqual(["backend-2-route", "backend-route"]);
    expect(namesOf(stack, "Certificate")).toEqual(["api-example-com-tls", "www-example-com-tls"]);
  });

  test("have certificates in Secrets whose names a system fixes", async () => {
    const keys = { tlsSecrets: { "api.example.com": "api-certificate" } };
    const { stack } = await ingress({ keys, certificates: {} });
    expect(stack.object("Certificate", "api-certificate").inputs).toMatchObject({
      spec: { secretName: "api-certificate", dnsNames: ["api.example.com"] },
    });
    expect(stack.object("IngressRoute", "backend").inputs).toHaveProperty("spec.tls.secretName", "api-certificate");
  });

  test("without certificates are served with Traefik's own, and no certificate is asked for", async () => {
    const { stack } = await ingress();
    expect(stack.ofType("Certificate")).toEqual([]);
    expect(stack.object("IngressRoute", "backend").inputs).toHaveProperty("spec.tls", {});
  });

  test("are the addresses that a deployment prints", () => {
    expect(Ingress.urls([part(routes)])).toEqual({
      backend: "https://api.example.com",
      "backend-2": "https://www.example.com",
    });
  });
});

describe("a shared count", () => {
  const limit = { rateLimit: { average: 5, burst: 10, countedIn: "limits" } };
  const counting = (through: string[]) =>
    ingress({
      keys: { middlewares: { limit } },
      parts: (site) => [
        new Redis("limits", { ...keysOf(redisKeys, { keeps: "cache" }), site }),
        part([route({ through })]),
      ],
    });

  test("is kept in the Redis that the stack file names, which Traefik may reach", async () => {
    const { stack } = await counting(["limit"]);
    expect(stack.object("Middleware", "limit").inputs).toMatchObject({
      spec: {
        rateLimit: { average: 5, burst: 10, redis: { endpoints: ["limits.ai-platform.svc.cluster.local:6379"] } },
      },
    });
    expect(flows(stack)).toMatchObject({ open: ["traefik/traefik -> ai-platform/limits:6379"], dangling: [] });
  });

  test("opens nothing while no route passes it", async () => {
    expect(flows((await counting([])).stack).open).toEqual([]);
  });
});
