import type { IMiddleware } from "@kubernetes-models/traefik/traefik.io/v1alpha1/Middleware";
import type { ITLSOption } from "@kubernetes-models/traefik/traefik.io/v1alpha1/TLSOption";
import { type Connection, type Leaves, mebibytes } from "../../foundation";
import { builtInMiddlewares, type IngressKeys, type MiddlewareKeys } from "./keys";

type MiddlewareSpec = Leaves<NonNullable<IMiddleware["spec"]>>;
type RateLimit = NonNullable<MiddlewareKeys["rateLimit"]>;

const SECONDS_PER_YEAR = 31_536_000;
/** Headers that OpenAI's own SDKs send from a browser. */
const SDK_HEADERS = [
  "arch",
  "lang",
  "os",
  "package-version",
  "retry-count",
  "runtime",
  "runtime-version",
  "timeout",
].map((name) => `X-Stainless-${name}`);
/** What pages may read of an answer: how much is left of a limit, when to try again, and the name of the request. */
const EXPOSED_HEADERS = [
  ...["limit", "remaining", "reset"].flatMap((what) => [`X-Ratelimit-${what}-Requests`, `X-Ratelimit-${what}-Tokens`]),
  "Retry-After",
  "X-Request-Id",
];

export interface Surroundings {
  readonly keys: Pick<IngressKeys, "middlewares" | "trustedProxies">;
  readonly domain: string;
  /** The Redis behind a reference. */
  readonly connection: (reference: string) => Connection;
}

/** The definition of a middleware: the stack file's, or else the one that is always there. */
export function definitionOf(
  name: string,
  { middlewares }: Pick<IngressKeys, "middlewares">,
): MiddlewareKeys | undefined {
  const builtIn: Readonly<Record<string, MiddlewareKeys>> = builtInMiddlewares;
  return middlewares[name] ?? builtIn[name];
}

export function middlewareSpec(middleware: MiddlewareKeys, around: Surroundings): MiddlewareSpec {
  const { rateLimit, cors, securityHeaders, bodyLimit, stripPrefix, compress, allowAddresses } = middleware;
  if (rateLimit) return { rateLimit: rateLimitSpec(rateLimit, around) };
  if (cors) return { headers: corsHeaders(cors, around.domain) };
  if (securityHeaders) return { headers: securityHeadersSpec(securityHeaders) };
  if (bodyLimit) return { buffering: { maxRequestBodyBytes: mebibytes(bodyLimit.maximum) * 1024 * 1024 } };
  if (stripPrefix) return { stripPrefix };
  if (allowAddresses)
    return { ipAllowList: { sourceRange: allowAddresses.ranges, ipStrategy: lastForwarded(around.keys) } };
  if (compress) return { compress: { excludedContentTypes: ["text/event-stream"] } };
  throw new Error("A middleware needs a kind; the schema should have said so.");
}

/** Counts by client address; a client has a whole /64 of IPv6 addresses. */
function rateLimitSpec({ average, burst, countedIn }: RateLimit, { keys, connection }: Surroundings) {
  const limit = { average, burst, period: "1s", sourceCriterion: clientAddress(keys) };
  return countedIn === undefined ? limit : { ...limit, redis: sharedCount(connection(countedIn)) };
}

function clientAddress(keys: Pick<IngressKeys, "trustedProxies">) {
  return { ipStrategy: { ...lastForwarded(keys), ipv6Subnet: 64 } };
}

/** Behind trusted proxies the client is the last entry of X-Forwarded-For: earlier ones it can forge. */
function lastForwarded({ trustedProxies }: Pick<IngressKeys, "trustedProxies">) {
  return trustedProxies.length > 0 ? { depth: 1 } : {};
}

function sharedCount({ host, port, credentials, authority }: Connection) {
  return {
    endpoints: [`${host}:${port}`],
    ...(credentials && { secret: credentials.secretName }),
    ...(authority && { tls: { caSecret: authority.secretName } }),
  };
}

function securityHeadersSpec({ contentSecurityPolicy }: NonNullable<MiddlewareKeys["securityHeaders"]>) {
  return {
    stsSeconds: SECONDS_PER_YEAR,
    stsIncludeSubdomains: true,
    contentTypeNosniff: true,
    frameDeny: true,
    referrerPolicy: "no-referrer",
    contentSecurityPolicy,
  };
}

/** Origins by name, never `*`; keys travel in a header, so cookies are not allowed. */
function corsHeaders({ origins, methods, headers }: NonNullable<MiddlewareKeys["cors"]>, domain: string) {
  return {
    accessControlAllowOriginList: [`https://${domain}`, ...origins],
    accessControlAllowMethods: methods,
    accessControlAllowHeaders: ["Authorization", "Content-Type", ...SDK_HEADERS, ...headers],
    accessControlExposeHeaders: EXPOSED_HEADERS,
    accessControlMaxAge: 600,
    addVaryHeader: true,
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
