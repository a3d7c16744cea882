import { z } from "zod";
import { cidr, count, cpu, dnsLabel, duration, hostname, replicas } from "./fields";
import { model } from "./models";
import { sizes } from "./sizes";
import { postgres, redis } from "./stores";

const extraValues = z
  .record(z.string(), z.unknown())
  .optional()
  .describe("Chart values merged over ours last. Never put a secret here: Helm keeps values in the cluster.");

const certificates = z.strictObject({
  issuer: z
    .enum(["internal", "acme"])
    .default("internal")
    .describe("Who signs the public certificate: our own authority, or an ACME service such as Let's Encrypt."),
  acmeEmail: z.email().optional().describe("Contact address for the ACME account. Required with issuer acme."),
  acmeServer: z
    .url({ protocol: /^https$/ })
    .default("https://acme-v02.api.letsencrypt.org/directory")
    .describe("ACME directory."),
  replicas: count(1, 5).describe("Pods of each cert-manager part."),
  extraValues,
});

const ingress = z.strictObject({
  replicas: count(1, 50).describe("Traefik pods."),
  service: z
    .enum(["LoadBalancer", "NodePort", "ClusterIP"])
    .default("LoadBalancer")
    .describe("How traffic reaches Traefik."),
  trustedProxies: z
    .array(cidr)
    .default([])
    .describe("Address ranges of load balancers in front whose X-Forwarded-For is believed."),
  rateLimit: z
    .strictObject({
      average: count(1, 100_000).default(50).describe("Requests per second and client address."),
      burst: count(1, 100_000).default(100).describe("Requests a client may send at once."),
    })
    .prefault({})
    .describe("Limit per client address at the edge; tenants have their own limits in the backend."),
  corsOrigins: z
    .array(z.url({ protocol: /^https?$/ }))
    .default([])
    .describe("Web origins allowed to call the API from a browser. Empty: none but our own host."),
  extraValues,
});

const autoscaling = z.strictObject({
  replicas: count(1, 5).describe("Pods of each KEDA part."),
  extraValues,
});

const gpu = z.strictObject({
  driver: z
    .enum(["preinstalled", "operator"])
    .default("preinstalled")
    .describe("Whether node images bring the NVIDIA driver, as most clouds' do, or the operator installs it."),
  mig: z
    .enum(["none", "single", "mixed"])
    .default("none")
    .describe("How GPUs are partitioned: not at all, all alike, or freely."),
  extraValues,
});

const observability = z.strictObject({
  replicas: count(1, 5).describe("Prometheus and Alertmanager pods."),
  retention: duration.default("15d").describe("How long Prometheus keeps samples."),
  storageGiB: count(1, 10_000).describe("Prometheus volume per pod in GiB."),
  memoryMiB: count(256, 262_144).describe("Prometheus memory per pod in MiB."),
  extraValues,
});

const backend = z.strictObject({
  replicas: replicas(1, 1000).describe("Pods of the gateway; KEDA moves within the bounds."),
  cpu: cpu.default("250m").describe("CPU request per pod; the limit is four times as much."),
  memoryMiB: count(64, 65_536).default(256).describe("Memory per pod in MiB, request and limit."),
  drainSeconds: count(5, 3600)
    .default(120)
    .describe("Time a leaving pod may take to finish its streams, in seconds. Longer than the longest answer."),
  buildRepository: z
    .string()
    .regex(/^[\w.-]+(:\d+)?\/[\w./-]+$/, "a repository with its registry, for example registry.example.com/backend")
    .optional()
    .describe("Build apps/backend with Docker and push it here. Default: the published image."),
  engineDiscovery: z
    .enum(["dns", "endpointSlices"])
    .default("dns")
    .describe(
      "How the gateway finds engines: by DNS, as late as its caches, or by EndpointSlices, at once; its pods then get a token to read them.",
    ),
  usageJournal: z
    .boolean()
    .default(true)
    .describe(
      "Keep usage records in the pod's memory until Redis has them. A node that dies then takes the last tenth of a second of them along, or all since Redis went away. `false`: none, but every answer pays a round trip to Redis, and waits while it is away.",
    ),
  requestsPerPod: count(1, 10_000).default(100).describe("Requests in flight per pod that KEDA aims at."),
});

/** Keys that arrive as encrypted configuration and are read where they are needed, never as plain values. */
export const secretKeys = ["huggingFaceToken", "postgresPassword"] as const;

export const schema = z.strictObject({
  domain: hostname.default("ai.localhost").describe("Host under which the API is served."),
  namespace: dnsLabel.default("ai-platform").describe("Namespace of our own workloads."),
  size: z
    .enum(Object.keys(sizes) as [keyof typeof sizes])
    .default("dev")
    .describe("Preset for replicas, memory and storage. Explicit keys win."),
  protect: z
    .boolean()
    .default(false)
    .describe("Refuse to delete stores and keep their data. Requires every store and the backend to be redundant."),
  cluster: z
    .strictObject({ context: z.string().min(1).optional().describe("Context of the kubeconfig.") })
    .prefault({})
    .describe("The cluster to deploy to."),
  artifacts: z
    .strictObject({
      chartMirror: z
        .string()
        .min(1)
        .optional()
        .describe("Folder of chart archives, or oci:// folder, used for all charts."),
      imageMirror: z.string().min(1).optional().describe("Registry that holds copies of all images."),
    })
    .prefault({})
    .describe("Mirrors for clusters without internet access."),
  certificates: certificates.describe("cert-manager and its issuers."),
  ingress: ingress.describe("Traefik, the only public entry."),
  autoscaling: autoscaling.describe("KEDA."),
  gpu: gpu.optional().describe("NVIDIA GPU operator. Absent: not installed. Required by models of kind vllm."),
  observability: observability.describe("kube-prometheus-stack: Prometheus, Alertmanager, Grafana."),
  postgres: postgres.describe("The relational store."),
  redis: redis.describe("Two Redis servers: what a cache may forget, a queue must not."),
  models: z.array(model).min(1).describe("Models to serve, one engine each."),
  backend: backend.describe("The gateway in front of the engines."),
});

export type Config = z.infer<typeof schema>;
