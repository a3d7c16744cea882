import { Autoscaling } from "./components/autoscaling";
import { Backend } from "./components/backend";
import { Certificates } from "./components/certificates";
import { Artifacts, Authority, connect, loadConfig, Namespace, secretConfig } from "./components/foundation";
import { Gpu } from "./components/gpu";
import { Engine, engineName } from "./components/inference";
import { Ingress } from "./components/ingress";
import { Observability } from "./components/observability";
import { Postgres } from "./components/postgres";
import { Redis } from "./components/redis";

const config = loadConfig(); // strict: throws before anything is created
const cluster = connect(config.cluster); // the one Kubernetes provider
const artifacts = new Artifacts(config.artifacts);
const authority = new Authority("authority");

const certificates = new Certificates("certificates", { ...config.certificates, artifacts, authority }, cluster);
const observability = new Observability("observability", { ...config.observability, artifacts, certificates }, cluster);
const ingress = new Ingress("ingress", { ...config.ingress, artifacts, certificates, observability }, cluster);
const autoscaling = new Autoscaling("autoscaling", { ...config.autoscaling, artifacts, observability }, cluster);
const gpu = config.gpu && new Gpu("gpu", { ...config.gpu, artifacts, observability }, cluster);

const namespace = new Namespace("platform", { name: config.namespace }, cluster);
const own = { namespace, artifacts, authority, observability, protect: config.protect };
const postgres = new Postgres(
  "postgres",
  { ...config.postgres, ...own, password: secretConfig("postgresPassword") },
  cluster,
);
const cache = new Redis("cache", { ...config.redis.cache, ...own, role: "cache" }, cluster);
const queue = new Redis("queue", { ...config.redis.queue, ...own, role: "queue" }, cluster);

const huggingFaceToken = secretConfig("huggingFaceToken");
const engines = config.models.map(
  (model) => new Engine(engineName(model.name), { ...model, ...own, huggingFaceToken, gpu, autoscaling }, cluster),
);
const backend = new Backend(
  "backend",
  {
    ...config.backend,
    ...own,
    domain: config.domain,
    database: postgres.connection,
    uses: [cache, queue, ...engines].map(({ connection }) => connection),
    ingress,
    autoscaling,
  },
  cluster,
);

export const url = backend.url;
export const apiKey = backend.firstKey; // secret: pulumi stack output apiKey --show-secrets
