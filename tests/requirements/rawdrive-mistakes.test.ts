import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseConfig } from "../../components/config";
import { rawConfig } from "../support/program";

/** Mistakes that somebody makes who writes RawDrive's stack file, each with the answer that mends it. */
const FILE = "Pulumi.rawdrive.yaml";
const text = readFileSync(resolve(__dirname, "../../examples/rawdrive", FILE), "utf8");

/** What the loader says about the file with one text in the place of another. */
function problem(before: string, after: string): string {
  if (!text.includes(before)) throw new Error(`The stack file no longer holds ${before}.`);
  try {
    parseConfig(rawConfig(text.replace(before, after)), FILE);
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing is wrong";
}

test("the file as it is has no mistake", () => {
  expect(problem("size: small", "size: small")).toBe("nothing is wrong");
});

test.each([
  [
    "a store that is misspelt",
    "uses: [postgres, queue]",
    "uses: [postgres, queu]",
    'ai-platform:services.face-worker.uses[1] is "queu", but this stack has postgres, cache, queue, limits, rawdrive-backend.\n  Did you mean queue?',
  ],
  [
    "a middleware that is misspelt",
    "through: [rate-limit-api,",
    "through: [rate-limits-api,",
    'routes[0].through[0] is "rate-limits-api", but the middlewares are rate-limit, security-headers, cors-headers, rate-limit-api, rate-limit-uploads.',
  ],
  [
    "a limit without a burst",
    "rateLimit: { average: 10, burst: 20, countedIn: limits }",
    "rateLimit: { average: 10, countedIn: limits }",
    "ai-platform:ingress.middlewares.rate-limit-uploads.rateLimit.burst is missing",
  ],
  [
    "a limit counted in three servers, of which no address is always right",
    "burst: 100, countedIn: limits",
    "burst: 100, countedIn: cache",
    'rate-limit-api.rateLimit.countedIn is "cache", but Traefik counts in a redis of the stack with servers: 1.',
  ],
  [
    "every proxy of the world trusted",
    "trustedProxies: [10.0.0.0/8]",
    "trustedProxies: [0.0.0.0/0]",
    "ai-platform:ingress.trustedProxies",
  ],
  [
    "a dashboard without a password in production",
    "trustedProxies: [10.0.0.0/8]",
    "dashboard: true",
    "ai-platform:ingress.dashboard is true, but it asks nobody for a password",
  ],
  [
    "an origin with a path",
    "origins: [https://app.rawdrive.ai]",
    "origins: [https://app.rawdrive.ai/photos]",
    "an origin without a path, for example https://app.example.com",
  ],
  [
    "a host with a scheme",
    "host: api.rawdrive.ai, path: /api,",
    "host: https://api.rawdrive.ai, path: /api,",
    'routes[0].host is "https://api.rawdrive.ai", but allowed is a host name in lower case',
  ],
  [
    "an image without a version",
    "registry.rawdrive.ai/backend:2.4.1",
    "registry.rawdrive.ai/backend:latest",
    "an image with its registry and an exact version",
  ],
  [
    "more database connections than the server takes",
    "maxConnections: 300",
    "maxConnections: 200",
    "maxConnections is 200, but clients may open 250: rawdrive-backend 200, face-worker 40, reserved 10.",
  ],
  [
    "an index that the database cannot make",
    "extensions: [vector, vectorscale]",
    "extensions: [vector]",
    "vectors[0].rows is 50000000, which makes a diskann index, but the database has no extension vectorscale.\n  Add it to the database's extensions, or set index: hnsw.",
  ],
  [
    "an extension that the image lacks",
    "image: timescaledb-ha",
    "image: standard",
    'extensions[1] is "vectorscale", but the image has pgvector only.\n  Set image: timescaledb-ha',
  ],
  [
    "more neighbours than the index takes",
    "rows: 50000000, distance: cosine, neighbours: 50",
    "rows: 50000, distance: cosine, neighbours: 500",
    "vectors[0].neighbours is 500, but the index is hnsw, which takes 2 to 100.",
  ],
  [
    "neighbours of an index that has none",
    "rows: 50000000, distance: cosine",
    "rows: 500000, index: ivfflat",
    "vectors[0].neighbours is 50, but the index is ivfflat, which has lists and no graph.\n  Leave it out.",
  ],
  [
    "a table that is a query",
    "table: photos,",
    "table: photos; drop table photos,",
    "a table, as in photos or app.photos",
  ],
  [
    "an index whose name PostgreSQL would cut off",
    "column: embedding",
    `column: ${"e".repeat(60)}`,
    "and names of PostgreSQL have at most 63 characters",
  ],
  [
    "a backend that sleeps and that no request could wake",
    "min: 2\n",
    "min: 0\n",
    "services.rawdrive-backend.scale.min is 0, but none of its signals can wake the first pod.",
  ],
  [
    "two owners of the number of pods",
    "      probes:",
    "      replicas: 3\n      probes:",
    "services.rawdrive-backend.replicas is 3, but scale owns the number of pods",
  ],
  [
    "a list in a store that has none",
    "list: { in: queue,",
    "list: { in: postgres,",
    'list.in is "postgres", a part of kind postgres, which has no lists.\n  Name a redis of the stack.',
  ],
  [
    "an alert below its target",
    "targetSeconds: 0.2, alertAboveSeconds: 1",
    "targetSeconds: 2, alertAboveSeconds: 1",
    "objectives.latency.alertAboveSeconds is 1, but the target is 2, so the alert would fire while the target is kept.",
  ],
  [
    "a share in percent",
    "alertAboveShare: 0.05",
    "alertAboveShare: 5",
    "objectives.errors.alertAboveShare is 5, but allowed is at most 1.",
  ],
  [
    "scaling promised of what does not scale",
    "max: 100",
    "max: 2",
    "objectives.scaling is set, but the service always runs the same number of pods.",
  ],
  [
    "objectives without what measures them",
    "  ai-platform:monitoring: { retention: 15d } # A42; who is told about alerts (A53): README.md\n",
    "",
    "services.rawdrive-backend.objectives is set, but the stack has no ai-platform:monitoring, which measures them.",
  ],
  [
    "a receiver whose address is not there",
    "monitoring: { retention: 15d }",
    "monitoring: { retention: 15d, receivers: { pager: { webhook: { secret: pagerUrl } } } }",
    'names the secret "pagerUrl", but the file has no encrypted key of that name.\n  Run: pulumi config set --secret ai-platform:pagerUrl',
  ],
  [
    "a receiver whose address is no secret",
    "monitoring: { retention: 15d }",
    "monitoring: { receivers: { pager: { webhook: https://alerts.example.com/hook } } }",
    "ai-platform:monitoring.receivers.pager.webhook",
  ],
])("%s", (_, before, after, answer) => {
  expect(problem(before, after)).toContain(answer);
});
