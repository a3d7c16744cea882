import type { IMiddleware } from "@kubernetes-models/traefik/traefik.io/v1alpha1/Middleware";
import type { ITLSOption } from "@kubernetes-models/traefik/traefik.io/v1alpha1/TLSOption";
import type { Leaves } from "../foundation";
import type { IngressArgs } from "./args";

type MiddlewareSpec = Leaves<NonNullable<IMiddleware["spec"]>>;

const SECONDS_PER_YEAR = 31_536_000;

/** What every request passes, in this order: refuse floods first, at the least cost. */
export function middlewareChain(args: IngressArgs, host: string): readonly { name: string; spec: MiddlewareSpec }[] {
  return [
    { name: "rate-limit", spec: rateLimit(args) },
    { name: "security-headers", spec: securityHeaders },
    { name: "cors-headers", spec: corsHeaders(args, host) },
  ];
}

/** Counts by client address. Behind trusted proxies that is the last entry of X-Forwarded-For: earlier ones the client can forge. */
function rateLimit({ rateLimit: { average, burst }, trustedProxies }: IngressArgs): MiddlewareSpec {
  const client = trustedProxies.length > 0 ? { sourceCriterion: { ipStrategy: { depth: 1 } } } : {};
  return { rateLimit: { average, burst, period: "1s", ...client } };
}

/** An API answers data, not pages: browsers may neither frame nor guess nor run anything from it. */
const securityHeaders: MiddlewareSpec = {
  headers: {
    stsSeconds: SECONDS_PER_YEAR,
    stsIncludeSubdomains: true,
    contentTypeNosniff: true,
    frameDeny: true,
    referrerPolicy: "no-referrer",
    contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
  },
};

/** Origins by name, never `*`; keys travel in a header, so cookies are not allowed. */
function corsHeaders({ corsOrigins }: IngressArgs, host: string): MiddlewareSpec {
  return {
    headers: {
      accessControlAllowOriginList: [`https://${host}`, ...corsOrigins],
      accessControlAllowMethods: ["GET", "POST", "DELETE", "OPTIONS"],
      accessControlAllowHeaders: ["Authorization", "Content-Type"],
      accessControlMaxAge: 600,
      addVaryHeader: true,
    },
  };
}

/** TLS 1.2 with forward secrecy and authenticated encryption, or 1.3, whose suites are all of that kind. */
export const tlsOptions: Leaves<NonNullable<ITLSOption["spec"]>> = {
  minVersion: "VersionTLS12",
  cipherSuites: [
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
  ],
};
