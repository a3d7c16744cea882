import { ingressKeys } from "../../../components/platform/ingress/keys";
import { definitionOf, middlewareSpec, tlsOptions } from "../../../components/platform/ingress/middlewares";
import { connectionTo, keysOf } from "../../support/builders";

const redis = connectionTo("limits", {
  port: 6379,
  credentials: { secretName: "limits-credentials", keys: ["password"], values: {} },
  authority: { secretName: "limits-tls" },
});

/** The middleware `own` of a stack file, or a built-in one. */
function spec(own: object | undefined, name = "own", trustedProxies: string[] = []) {
  const keys = keysOf(ingressKeys, { trustedProxies, ...(own && { middlewares: { own } }) });
  const definition = definitionOf(name, keys);
  if (!definition) throw new Error(`There is no middleware "${name}".`);
  return middlewareSpec(definition, { keys, domain: "api.example.com", connection: () => redis });
}

describe("what a stack has without a word", () => {
  test("A15 A16 is a rate limit of 50 requests per second and client on average, 100 at once", () => {
    expect(spec(undefined, "rate-limit")).toMatchObject({ rateLimit: { average: 50, burst: 100, period: "1s" } });
  });

  test("A22 C150 C152 are security headers: HSTS for a year with subdomains, no sniffing, no frames, no referrer", () => {
    expect(spec(undefined, "security-headers")).toEqual({
      headers: {
        stsSeconds: 31_536_000,
        stsIncludeSubdomains: true,
        contentTypeNosniff: true,
        frameDeny: true,
        referrerPolicy: "no-referrer",
        contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
      },
    });
  });

  test("A23 C131 are CORS headers that name the stack's own origin and allow no credentials", () => {
    const { headers } = spec(undefined, "cors-headers");
    expect(headers).toMatchObject({ accessControlAllowOriginList: ["https://api.example.com"], addVaryHeader: true });
    expect(headers).not.toHaveProperty("accessControlAllowCredentials");
  });

  test("is replaced by a middleware of the same name in the stack file", () => {
    const keys = keysOf(ingressKeys, { middlewares: { "rate-limit": { rateLimit: { average: 5, burst: 6 } } } });
    expect(definitionOf("rate-limit", keys)).toEqual({ rateLimit: { average: 5, burst: 6 } });
    expect(definitionOf("nothing", keys)).toBeUndefined();
  });
});

describe("a rate limit", () => {
  const limit = { rateLimit: { average: 50, burst: 100 } };

  test("A17 counts by the address that connects, or behind trusted proxies by the last forwarded one", () => {
    expect(spec(limit)).toHaveProperty("rateLimit.sourceCriterion", { ipStrategy: { ipv6Subnet: 64 } });
    expect(spec(limit, "own", ["10.0.0.0/8"])).toHaveProperty("rateLimit.sourceCriterion", {
      ipStrategy: { depth: 1, ipv6Subnet: 64 },
    });
  });

  test("is counted by every Traefik pod alone, or by all in one Redis, over TLS and with its password", () => {
    expect(spec(limit)).not.toHaveProperty("rateLimit.redis");
    expect(spec({ rateLimit: { ...limit.rateLimit, countedIn: "limits" } })).toHaveProperty("rateLimit.redis", {
      endpoints: ["limits.ai-platform.svc.cluster.local:6379"],
      secret: "limits-credentials",
      tls: { caSecret: "limits-tls" },
    });
  });
});

test("A23 CORS names further origins, methods and headers that a stack file adds", () => {
  const cors = { origins: ["https://app.example.com"], methods: ["GET", "POST"], headers: ["X-Tenant"] };
  expect(spec({ cors })).toMatchObject({
    headers: {
      accessControlAllowOriginList: ["https://api.example.com", "https://app.example.com"],
      accessControlAllowMethods: ["GET", "POST"],
      accessControlAllowHeaders: expect.arrayContaining([
        "Authorization",
        "Content-Type",
        "X-Stainless-os",
        "X-Tenant",
      ]),
    },
  });
});

test.each([
  [
    "a limit of bodies, in bytes",
    { bodyLimit: { maximum: "10Mi" } },
    { buffering: { maxRequestBodyBytes: 10_485_760 } },
  ],
  ["a prefix taken off", { stripPrefix: { prefixes: ["/api"] } }, { stripPrefix: { prefixes: ["/api"] } }],
  ["compression, but of streams", { compress: {} }, { compress: { excludedContentTypes: ["text/event-stream"] } }],
  [
    "a content policy for pages",
    { securityHeaders: { contentSecurityPolicy: "default-src 'self'" } },
    { headers: expect.objectContaining({ contentSecurityPolicy: "default-src 'self'" }) },
  ],
])("%s", (_, own, expected) => {
  expect(spec(own)).toEqual(expected);
});

test("addresses that are let in are compared whole, and behind trusted proxies are the last forwarded ones", () => {
  const allowed = { allowAddresses: { ranges: ["10.0.0.0/8", "fd00::1/128"] } };
  const sourceRange = ["10.0.0.0/8", "fd00::1/128"];
  expect(spec(allowed)).toEqual({ ipAllowList: { sourceRange, ipStrategy: {} } });
  expect(spec(allowed, "own", ["10.0.0.0/8"])).toEqual({ ipAllowList: { sourceRange, ipStrategy: { depth: 1 } } });
});

test("C148 C300 TLS is 1.2 with forward secrecy, or 1.3", () => {
  expect(tlsOptions.minVersion).toBe("VersionTLS12");
  const suites = tlsOptions.cipherSuites as readonly string[];
  expect(suites.length).toBeGreaterThan(3);
  for (const suite of suites) expect(suite).toMatch(/^TLS_ECDHE_.*(GCM|POLY1305)/);
});
