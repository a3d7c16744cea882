import { dataCommand, pingCommand, startScript, votesCommand } from "../../../components/stores/redis/commands";
import {
  credentialFiles,
  REDIS_PORT,
  redisConfig,
  sentinelConfig,
  type ServerSettings,
} from "../../../components/stores/redis/configuration";
import { configurationFiles } from "../../../components/stores/redis/files";
import { serverResources } from "../../../components/stores/redis/pods";

const DOMAIN = "queue.ai-platform.svc.cluster.local";
const options = (file: string) => file.trimEnd().split("\n");
const settings = (keeps: "cache" | "queue", servers: 1 | 3): ServerSettings => ({ keeps, servers, memory: "128Mi" });

describe("the server's configuration", () => {
  test("lets a cache forget, and a queue refuse", () => {
    expect(options(redisConfig(settings("cache", 1)))).toContain("maxmemory-policy allkeys-lru");
    expect(options(redisConfig(settings("queue", 1)))).toContain("maxmemory-policy noeviction");
  });

  test("bounds the data set, and keeps it: an append-only file and snapshots", () => {
    const file = options(redisConfig(settings("queue", 1)));
    expect(file).toEqual(expect.arrayContaining(["maxmemory 128mb", "appendonly yes", "appendfsync everysec"]));
    expect(file.some((line) => line.startsWith("save "))).toBe(true);
  });

  test("stops the writes of a queue's master that has no replica left, where there are replicas", () => {
    expect(redisConfig(settings("queue", 3))).toContain("min-replicas-to-write 1");
    expect(redisConfig(settings("queue", 1))).not.toContain("min-replicas-to-write");
    expect(redisConfig(settings("cache", 3))).not.toContain("min-replicas-to-write");
  });

  test("opens no plain port, neither on the server nor on Sentinel", () => {
    for (const file of [redisConfig(settings("cache", 3)), sentinelConfig(`queue-0.${DOMAIN}`)])
      expect(options(file)).toContain("port 0");
  });
});

describe("the files of the pods", () => {
  test("hold nothing of Sentinel for a single server", () => {
    expect(Object.keys(configurationFiles("cache", DOMAIN, settings("cache", 1)))).toEqual(["redis.conf", "start.sh"]);
  });

  test("make pod 0 the first master of three", () => {
    const files = configurationFiles("queue", DOMAIN, settings("queue", 3));
    expect(files["sentinel.conf"]).toContain(`sentinel monitor main queue-0.${DOMAIN} ${REDIS_PORT} 2\n`);
    expect(files["start.sh"]).toBe(startScript("queue", DOMAIN));
  });

  test("hold no password", () => {
    const text = Object.values(configurationFiles("queue", DOMAIN, settings("queue", 3))).join();
    expect(text).not.toMatch(/requirepass|masterauth|auth-pass/);
  });
});

describe("the credentials", () => {
  test("map the exporter's address to the password, as redis_exporter's password file does", () => {
    expect(JSON.parse(credentialFiles["exporter.json"]("secret"))).toEqual({ "rediss://localhost:6379": "secret" });
  });

  test("never stand on a probe's command line", () => {
    for (const [, , script] of [pingCommand(REDIS_PORT), dataCommand(), votesCommand()])
      expect(script).not.toMatch(/ -a | --pass /);
  });
});

test("a server gets half as much memory again as its data set, unless the stack file says otherwise", () => {
  expect(serverResources({ memory: "1Gi", resources: undefined })).toMatchObject({ memory: "1536Mi" });
  const resources = { cpu: "1", memory: "3Gi" };
  expect(serverResources({ memory: "1Gi", resources })).toBe(resources);
});
