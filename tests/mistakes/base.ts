import { stringify } from "yaml";
import { ConfigError, parseConfig } from "../../components/config";
import { rawConfig } from "../support/program";

type Keys = Record<string, unknown>;

/** A stack file with every kind of part and every once-per-cluster key, without a mistake. */
export function soundKeys(): Keys {
  return {
    system: "shop",
    size: "small",
    domain: "shop.example.com",
    pagerUrl: { secure: "v1:abc" },
    hubToken: { secure: "v1:abc" },
    databasePassword: { secure: "v1:abc" },
    certificates: { issuer: "acme", acmeEmail: "ops@example.com" },
    monitoring: { retention: "15d", receivers: { pager: { webhook: { secret: "pagerUrl" } } } },
    logging: { retention: "30d" },
    ingress: {
      trustedProxies: ["10.0.0.0/8"],
      middlewares: { uploads: { rateLimit: { average: 10, burst: 20, countedIn: "limits" } } },
    },
    autoscaling: {},
    gpu: {},
    stores: {
      postgres: { kind: "postgres", databases: { shop: { owner: "shop", extensions: ["vector"] }, audit: {} } },
      plain: { kind: "postgres-single" },
      warehouse: { kind: "postgres-external", host: "db.example.com", password: { secret: "databasePassword" } },
      cache: { kind: "redis", keeps: "cache" },
      queue: { kind: "redis", keeps: "queue" },
      limits: { kind: "redis", keeps: "cache", servers: 1 },
    },
    models: {
      tiny: { kind: "simulator" },
      llama: {
        source: "hf://meta-llama/Llama-3.3-70B-Instruct@6f6073b423013f6a7d4d9f39144961bfbfbc386b",
        contextTokens: 32768,
        weights: "200Gi",
        token: { secret: "hubToken" },
        replicas: { min: 1, max: 4 },
      },
    },
    services: {
      gateway: { kind: "gateway", uses: ["postgres", "cache", "queue"] },
      web: {
        image: "registry.example.com/web:1.4.2",
        port: { port: 80, targetPort: 8080 },
        probes: { ready: "/ready", live: { httpGet: { path: "/health" }, initialDelaySeconds: 30 } },
        resources: { cpu: "100m", memory: "256Mi", limits: { cpu: "250m", memory: "512Mi" } },
        uses: { database: "postgres.audit", limits: "limits" },
        environment: { LOG_LEVEL: "info", DATABASE_URL_FILE: { from: "database" } },
        files: { "/etc/web/settings.yaml": "theme: dark\n" },
        claims: { photos: { path: "/photos", size: "10Gi", access: "ReadWriteMany" } },
        scratch: { "/tmp": "64Mi" },
        routes: [{ path: "/", through: ["uploads", "security-headers"] }],
        scale: { min: 2, max: 10, on: [{ ingressRequests: { perPod: 100 } }, { cpu: { percent: 80 } }] },
        databaseConnectionsPerPod: 2,
      },
      worker: {
        image: "registry.example.com/worker:1.4.2",
        resources: { cpu: "1", memory: "1Gi" },
        uses: ["queue"],
        scale: { min: 0, max: 5, on: [{ list: { in: "queue", name: "jobs", perPod: 5 } }] },
      },
    },
  };
}

/** A place in the keys, and what stands there instead; `undefined` removes it. */
export type Mistake = readonly [path: string, value: unknown, ...says: readonly (string | RegExp)[]];

/** What the loader says about a stack file with one mistake. Throws if it says nothing. */
export function complaint([path, value]: Mistake): string {
  const keys = soundKeys();
  set(keys, path.split("/"), value);
  return complaintAbout(keys);
}

/** What the loader says about keys. Throws if it says nothing, or anything but a list of mistakes. */
export function complaintAbout(keys: Keys, prefix = "ai-platform:"): string {
  const config = Object.fromEntries(Object.entries(keys).map(([key, part]) => [`${prefix}${key}`, part]));
  try {
    parseConfig(rawConfig(stringify({ config })), "Pulumi.shop.yaml");
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("The loader accepted the stack file.");
}

/** Each mistake is refused with the key, a way out, and the assurance that nothing happened yet. */
export function describeMistakes(title: string, mistakes: readonly Mistake[]): void {
  describe(title, () => {
    test.each(mistakes.map((mistake) => [`${mistake[0]} ${JSON.stringify(mistake[1])}`, mistake] as const))(
      "%s",
      (_, mistake) => {
        const [, , ...says] = mistake;
        const text = complaint(mistake);
        expect(text).toMatch(/^Pulumi\.shop\.yaml: ai-platform:[^ ]+/);
        expect(text).toMatch(/\n {2}\S.+\n/);
        expect(text).toMatch(/Nothing was created\.$/);
        for (const part of says) expect(text).toMatch(part);
      },
    );
  });
}

function set(target: unknown, [step = "", ...rest]: readonly string[], value: unknown): void {
  const record = target as Keys;
  if (rest.length > 0) {
    record[step] ??= {};
    set(record[step], rest, value);
    return;
  }
  if (value === undefined) Reflect.deleteProperty(record, step);
  else record[step] = value;
}
