import { complaintAbout, describeMistakes, soundKeys } from "./base";

describeMistakes("a mistake about a model is refused", [
  ["models/llama/source", "meta-llama/Llama-3.3-70B-Instruct", "models.llama.source", "hf://"],
  ["models/llama/source", "hf://meta-llama/Llama-3.3-70B-Instruct@main", "40-digit commit"],
  ["models/llama/gpus", 3, "models.llama.gpus is 3"],
  ["models/llama/contextTokens", 10, "at least 256"],
  ["models/llama/contextTokens", undefined, "models.llama.contextTokens is missing"],
  ["models/llama/weights", undefined, "models.llama.weights is missing"],
  ["models/llama/memory", "96G", "models.llama.memory"],
  ["models/llama/gpuMemoryShare", 1.5, "gpuMemoryShare is 1.5", "at most 0.98"],
  ["models/llama/replicas", { min: 5, max: 2 }, "replicas.min", "no more than max"],
  ["models/llama/replicas", { min: 1 }, "replicas.max is missing"],
  ["models/llama/token", "hf_abc", "models.llama.token"],
  ["models/llama/name", "llama", "no known key"],
  ["models/tiny/kind", "ollama", '"simulator"'],
  ["models/tiny/timeToFirstTokenMs", -1, "timeToFirstTokenMs is -1"],
  ["models/Llama 3", { kind: "simulator" }, "ai-platform:models"],
  ["gpu", undefined, "models.llama.kind", "ai-platform:gpu"],
  ["autoscaling", undefined, "models.llama.replicas", "ai-platform:autoscaling"],
]);

describeMistakes("a mistake about the gateway is refused", [
  ["services/gateway/uses", ["postgres", "cache"], "services.gateway.uses", "postgres, cache, queue"],
  ["services/gateway/uses", ["postgres", "cache", "queu"], 'uses[2] is "queu"', "Did you mean queue?"],
  ["services/gateway/uses", "postgres", "services.gateway.uses"],
  ["services/gateway/drainSeconds", 60, "drainSeconds is 60", "llama may take 300 s"],
  ["services/gateway/replicas", { min: 0, max: 2 }, "replicas.min is 0"],
  ["services/gateway/through", ["rate-limits"], "through[0]", "Did you mean rate-limit?"],
  ["services/gateway/memory", "lots", "services.gateway.memory"],
  ["services/gateway/buildRepository", "backend", "services.gateway.buildRepository"],
  ["services/gateway/host", "https://x.example.com", "services.gateway.host"],
  ["models", {}, "services.gateway.kind", "no model"],
]);

describeMistakes("a mistake about a service is refused", [
  ["services/web/image", "web", "services.web.image", "exact version"],
  ["services/web/image", "registry.example.com/web:latest", "exact version"],
  ["services/web/image", "registry.example.com/web", "exact version"],
  ["services/web/image", undefined, "services.web.image is missing"],
  ["services/web/port", 80_000, "services.web.port"],
  ["services/web/port", "8080", "services.web.port"],
  ["services/web/ports", { "http-metrics-port-x": 9 }, "services.web.ports"],
  ["services/web/user", 0, "services.web.user is 0", "at least 1"],
  ["services/web/resources", undefined, "services.web.resources is missing"],
  ["services/web/probes", undefined, "services.web.probes is missing", "requests reach pods"],
  ["services/web/probes/ready", "ready", "probes.ready"],
  ["services/web/probes/live", { httpGet: { path: "/health" }, delay: 3 }, "probes.live"],
  ["services/web/replicas", 3, "services.web.replicas is 3", "two owners"],
  ["services/web/uses", { database: "postgress.audit" }, "Did you mean postgres"],
  ["services/web/uses", { database: "postgres.audits" }, "postgres offers", "Did you mean postgres.audit?"],
  ["services/worker/uses", ["queue", "web", "worker"], "uses[2] is", "no connection"],
  ["services/web/environment/DATABASE_URL", { from: "database" }, "DATABASE_URL_FILE", "secretVariables"],
  ["services/web/environment/TOKEN_FILE", { secret: "tokn" }, "environment.TOKEN_FILE"],
  ["services/web/environment/CACHE_URL_FILE", { from: "cache" }, 'is "cache", but it uses database, limits'],
  ["services/web/environment/1BAD", "x", "services.web.environment"],
  ["services/web/environment/LEVEL", 3, "services.web.environment.LEVEL"],
  ["services/web/files", { "settings.yaml": "x" }, "services.web.files"],
  ["services/web/claims/photos/access", "ReadWriteOnce", "claims.photos.access", "up to 10 pods"],
  ["services/web/claims/photos/size", "ten", "claims.photos.size"],
  ["services/web/scratch", { "/tmp": 64 }, "services.web.scratch"],
  ["services/web/routes/0/host", "shop.example.com/api", "routes[0].host"],
  ["services/web/routes/0/path", "api", "routes[0].path", "absolute path"],
  ["services/web/routes/0/port", "grpc", 'routes[0].port is "grpc"', "its ports are http"],
  ["services/web/routes/0/through", ["upload"], "Did you mean uploads?"],
  ["services/web/metrics", { port: "metrics" }, "metrics.port", "its ports are http"],
  ["services/web/scale/min", 20, "scale.min", "no more than max"],
  ["services/web/scale/on", [], "scale.on", "at least 1"],
  ["services/web/scale/on", [{ cpus: { percent: 80 } }], "cpus", "no known key"],
  ["services/web/scale/on", [{}], "exactly one of cpu"],
  ["services/web/rollout", { maxSurge: 0, maxUnavailable: 0 }, "above 0"],
  ["services/web/secretName", "AI Secrets", "services.web.secretName"],
  ["services/web/kind", "servise", '"service"'],
  ["services/web/extra", { deploy: {} }, "no known key"],
  ["services/worker/scale/on", [{ list: { in: "queu", name: "jobs", perPod: 5 } }], "Did you mean queue?"],
  ["services/worker/scale/on", [{ list: { in: "postgres", name: "jobs", perPod: 5 } }], "no lists"],
  ["services/worker/scale/on", [{ cpu: { percent: 80 } }], "scale.min is 0", "none of its signals can wake"],
  ["services/worker/scale/on", [{ ingressRequests: { perPod: 1 } }], "no routes"],
  ["services/worker/metrics", {}, "services.worker.port is missing"],
  ["monitoring", undefined, "services.web.scale.on[0].ingressRequests", "ai-platform:monitoring"],
]);

test("routes without an edge to serve them are refused", () => {
  const { ingress: _, ...keys } = soundKeys();
  expect(complaintAbout(keys)).toMatch(/services\.web\.routes is set, but the stack has no ai-platform:ingress/);
});

test("parts that wait for each other are refused", () => {
  const service = (uses: string[]) => ({
    image: "registry.example.com/x:1.0.0",
    port: 80,
    probes: { live: "/" },
    resources: { cpu: "1", memory: "1Gi" },
    uses,
  });
  const text = complaintAbout({ services: { a: service(["b"]), b: service(["c"]), c: service(["a"]) } });
  expect(text).toMatch(/ai-platform:services\.a waits for itself: a -> b -> c -> a/);
});
