import { Redis } from "../../../components/stores/redis";
import { redisKeys } from "../../../components/stores/redis/keys";
import type { SiteArgs } from "../../../components/foundation";
import { keysOf, recordPart, valueOf } from "../../support/builders";
import { flows } from "../../support/edges";

const HOST = "queue.ai-platform.svc.cluster.local";

const queue = (keys: object = {}, site: Partial<SiteArgs> = {}) =>
  recordPart(
    (around) => new Redis("queue", { ...keysOf(redisKeys, { keeps: "queue", servers: 1, ...keys }), site: around }),
    site,
  );

interface Container {
  readonly name: string;
  readonly resources: object;
  readonly volumeMounts: readonly { readonly mountPath: string }[];
}

interface Servers {
  readonly spec: {
    readonly replicas: number;
    readonly template: { readonly spec: { readonly containers: readonly Container[] } };
  };
}

async function servers(keys: object = {}) {
  const { stack } = await queue(keys);
  return (stack.get("queue", "StatefulSet").inputs as unknown as Servers).spec;
}

describe("one server", () => {
  test("is reached over TLS with its password, at one address that a URL can hold", async () => {
    const { part } = await queue();
    const connection = part.connections["default"];
    expect(connection).toMatchObject({ name: "queue", host: HOST, port: 6379, credentials: { keys: ["password"] } });
    expect(connection).not.toHaveProperty("attributes");
    if (!connection?.url) throw new Error("It has no URL.");
    expect(await valueOf(connection.url("/ca.crt"))).toBe(
      `rediss://:generated-queue-credentials-password@${HOST}:6379/0`,
    );
  });

  test("has an exporter beside it and no Sentinel", async () => {
    const { template } = await servers();
    expect(template.spec.containers.map(({ name }) => name)).toEqual(["queue", "exporter"]);
  });
});

describe("three servers", () => {
  test("are reached through Sentinel, which no single URL can say", async () => {
    const { part } = await queue({ servers: 3 });
    expect(part.connections["default"]).toMatchObject({
      attributes: { sentinel_port: "26379", sentinel_master: "main" },
      furtherPorts: [26379],
      server: { ports: [6379, 26379] },
    });
    expect(part.connections["default"]).not.toHaveProperty("url");
  });

  test("have a Sentinel each, and talk among themselves", async () => {
    const { stack } = await queue({ servers: 3 });
    const { spec } = stack.get("queue", "StatefulSet").inputs as unknown as Servers;
    expect(spec.replicas).toBe(3);
    expect(spec.template.spec.containers.map(({ name }) => name)).toEqual(["queue", "exporter", "sentinel"]);
    expect(flows(stack)).toMatchObject({
      open: ["ai-platform/queue -> ai-platform/queue:26379", "ai-platform/queue -> ai-platform/queue:6379"],
      dangling: [],
    });
  });

  test("have a volume each", async () => {
    const { stack } = await queue({ servers: 3, storage: "7Gi", storageClass: "fast" });
    const names = stack.ofType("PersistentVolumeClaim").map(({ name }) => name);
    expect(names.sort()).toEqual(["data-queue-0", "data-queue-1", "data-queue-2"]);
    expect(stack.get("data-queue-2").inputs).toMatchObject({
      spec: { storageClassName: "fast", resources: { requests: { storage: "7Gi" } } },
    });
  });
});

describe("a list", () => {
  test("A37 A38 scales on its entries per pod, over TLS, with the password and authority of the server's Secrets", async () => {
    const { part } = await queue();
    expect(part.connections["default"]?.list?.("face_processing_queue", 5)).toMatchObject({
      kind: "scaler",
      type: "redis",
      metadata: { address: `${HOST}:6379`, listName: "face_processing_queue", listLength: "5", enableTLS: "true" },
      credentials: [
        { parameter: "password", key: "password" },
        { parameter: "ca", key: "ca.crt" },
      ],
      reaches: { name: "queue" },
    });
  });

  test("of three servers is asked of the master that Sentinel names", async () => {
    const { part } = await queue({ servers: 3 });
    expect(part.connections["default"]?.list?.("jobs", 5)).toMatchObject({
      type: "redis-sentinel",
      metadata: { addresses: `${HOST}:26379`, sentinelMaster: "main" },
      credentials: [{ parameter: "password" }, { parameter: "sentinelPassword" }, { parameter: "ca" }],
      reaches: { server: { ports: [6379, 26379] } },
    });
  });
});

test("its password is a secret of its own, in every format that its programs read, and in no configuration file", async () => {
  const { stack } = await queue({ servers: 3 });
  const secret = stack.get("queue-credentials", "Secret");
  expect(secret.secretInputs).toContain("stringData");
  expect(secret.inputs).toMatchObject({
    stringData: {
      password: "generated-queue-credentials-password",
      "auth.conf": expect.stringContaining("requirepass generated-queue-credentials-password"),
    },
  });
  const files = JSON.stringify(stack.get("queue-config", "ConfigMap").inputs);
  expect(files).not.toContain("generated-");
});

test("its certificate holds for the Service and for each pod's own name", async () => {
  const { stack } = await queue();
  expect(stack.get("queue-tls-request").inputs).toMatchObject({
    dnsNames: expect.arrayContaining([HOST, `*.${HOST}`]),
  });
});

test("the exporter sees certificate and password, and not the data", async () => {
  const { template } = await servers();
  const exporter = template.spec.containers.find(({ name }) => name === "exporter");
  expect(exporter?.volumeMounts.map(({ mountPath }) => mountPath)).toEqual(["/run/credentials", "/run/tls"]);
});

test("it tells Prometheus how it is, and one alert watches every Redis", async () => {
  const { part } = await queue();
  expect(part.metrics).toMatchObject([{ name: "queue", port: 9121, peer: { namespace: "ai-platform" } }]);
  expect(part.alerts).toMatchObject([{ name: "RedisDown", expression: "redis_up == 0", severity: "critical" }]);
});

test("requests and limits may be stated apart, and labels that a system fixes reach its pods", async () => {
  const resources = { cpu: "200m", memory: "1Gi", limits: { memory: "2Gi" } };
  const { stack } = await queue({ resources, labels: { app: "redis" } });
  const { inputs } = stack.get("queue", "StatefulSet");
  expect((inputs as unknown as Servers).spec.template.spec.containers[0]?.resources).toEqual({
    requests: { cpu: "200m", memory: "1Gi" },
    limits: { cpu: "800m", memory: "2Gi" },
  });
  expect(inputs).toMatchObject({ spec: { selector: { matchLabels: { app: "redis" } } } });
});

test("images come from the mirror where there is one", async () => {
  const { stack } = await queue({}, { artifacts: { imageMirror: "registry.example.com/mirror" } });
  expect(stack.get("queue", "StatefulSet").inputs).toMatchObject({
    spec: {
      template: {
        spec: {
          containers: [
            { image: expect.stringMatching(/^registry\.example\.com\/mirror\/library\/redis:/) },
            { image: expect.stringMatching(/^registry\.example\.com\/mirror\/oliver006\//) },
          ],
        },
      },
    },
  });
});
