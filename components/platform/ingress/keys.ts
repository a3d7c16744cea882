import { z } from "zod";
import { cidr, count, dnsLabel, extraValues, hostname, origin, quantity, sized } from "../../foundation/fields";

const rateLimit = z.strictObject({
  average: count(1, 100_000).describe("Requests per second and client address."),
  burst: count(1, 100_000).describe("Requests a client may send at once."),
  countedIn: z
    .string()
    .optional()
    .describe(
      "A redis of the stack with one server, in which all Traefik pods count together. Default: each Traefik pod counts alone.",
    ),
});

const cors = z.strictObject({
  origins: z
    .array(origin)
    .default([])
    .describe("Web origins, beside the stack's own domain, whose pages may call the API."),
  methods: z
    .array(z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]))
    .default(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    .describe("Methods they may use."),
  headers: z
    .array(z.string().regex(/^[\w-]+$/, "a header's name"))
    .default([])
    .describe("Request headers they may send, beside Authorization, Content-Type and those of OpenAI's own SDKs."),
});

const securityHeaders = z.strictObject({
  contentSecurityPolicy: z
    .string()
    .min(1)
    .default("default-src 'none'; frame-ancestors 'none'")
    .describe("What pages may load. The default fits an API, which answers data and no pages."),
});

const kinds = {
  rateLimit: rateLimit.optional().describe("Limits requests by client address."),
  cors: cors.optional().describe("Lets web pages of other origins call the API; origins by name, never `*`."),
  securityHeaders: securityHeaders.optional().describe("HSTS, no sniffing, no framing, no referrer, a content policy."),
  bodyLimit: z
    .strictObject({ maximum: quantity.describe("Largest request body; a larger one gets 413.") })
    .optional()
    .describe("Limits the size of request bodies; bodies are buffered, so not for streams of requests."),
  stripPrefix: z
    .strictObject({ prefixes: z.array(z.string().regex(/^\//, "a path, for example /api")).min(1) })
    .optional()
    .describe("Takes a prefix off the path before the service sees it."),
  compress: z.strictObject({}).optional().describe("Compresses answers, event streams excepted."),
  allowAddresses: z
    .strictObject({ ranges: z.array(cidr).min(1) })
    .optional()
    .describe("Lets in these client addresses only."),
};

const middleware = z
  .strictObject(kinds)
  .refine((value) => Object.values(value).filter((kind) => kind !== undefined).length === 1, {
    error: `exactly one of ${Object.keys(kinds).join(", ")}`,
  });

/** What a stack has without a word; a middleware of the same name in the stack file replaces it. */
export const builtInMiddlewares = {
  "rate-limit": { rateLimit: { average: 50, burst: 100 } },
  "security-headers": { securityHeaders: securityHeaders.parse({}) },
  "cors-headers": { cors: cors.parse({}) },
} satisfies Record<string, z.infer<typeof middleware>>;

export const ingressKeys = z.strictObject({
  replicas: sized(count(1, 50), { dev: 1, small: 2, large: 3, xlarge: 10 }).describe("Traefik pods."),
  service: z
    .enum(["LoadBalancer", "NodePort", "ClusterIP"])
    .default("LoadBalancer")
    .describe("How traffic reaches Traefik."),
  trustedProxies: z
    .array(cidr)
    .refine((ranges) => !ranges.some((range) => /\/0$/.test(range)), {
      error: "address ranges of your own load balancers; /0 would let every client forge its address",
    })
    .default([])
    .describe("Address ranges of load balancers in front whose X-Forwarded-For is believed."),
  middlewares: z
    .record(dnsLabel, middleware)
    .default({})
    .describe(
      "What routes can send requests through, by name; the only place that defines them. There without a word: `cors-headers`, `rate-limit` (50 per second, 100 at once), `security-headers`.",
    ),
  tlsSecrets: z
    .record(hostname, dnsLabel)
    .default({})
    .describe("Name of the certificate's Secret by host, where a system fixes it. Default: `<host with dashes>-tls`."),
  dashboard: z
    .boolean()
    .default(false)
    .describe(
      "Traefik's own dashboard, on port 8080 of its pods and at https://traefik.localhost. For development only.",
    ),
  extraValues,
});

export type IngressKeys = z.infer<typeof ingressKeys>;
export type MiddlewareKeys = z.infer<typeof middleware>;
