import { dataCommand, pingCommand, startScript } from "../../components/redis/commands";
import { credentialFiles, REDIS_PORT, redisConfig, sentinelConfig } from "../../components/redis/configuration";
import { configurationFiles } from "../../components/redis/files";

const DOMAIN = "queue.ai-platform.svc.cluster.local";
const options = (file: string) => file.trimEnd().split("\n");

describe("the server's configuration", () => {
  it("lets a cache forget, and a queue refuse", () => {
    const policy = (role: "cache" | "queue") => options(redisConfig({ role, replicas: 1, memoryMiB: 128 }));
    expect(policy("cache")).toContain("maxmemory-policy allkeys-lru");
    expect(policy("queue")).toContain("maxmemory-policy noeviction");
  });

  it("stops the writes of a queue's master that has no replica left, where there are replicas", () => {
    const config = (replicas: 1 | 3) => redisConfig({ role: "queue", replicas, memoryMiB: 128 });
    expect(config(3)).toContain("min-replicas-to-write 1");
    expect(config(1)).not.toContain("min-replicas-to-write");
  });

  it("opens no plain port, neither on the server nor on Sentinel", () => {
    const server = redisConfig({ role: "cache", replicas: 3, memoryMiB: 128 });
    for (const file of [server, sentinelConfig(`queue-0.${DOMAIN}`)]) expect(options(file)).toContain("port 0");
  });
});

describe("the files of the pods", () => {
  it("hold nothing of Sentinel for a single server", () => {
    const files = configurationFiles("cache", DOMAIN, { role: "cache", replicas: 1, memoryMiB: 128 });
    expect(Object.keys(files)).toEqual(["redis.conf", "start.sh"]);
  });

  it("make pod 0 the first master of three", () => {
    const files = configurationFiles("queue", DOMAIN, { role: "queue", replicas: 3, memoryMiB: 128 });
    expect(files["sentinel.conf"]).toContain(`sentinel monitor main queue-0.${DOMAIN} ${REDIS_PORT} 2\n`);
    expect(files["start.sh"]).toBe(startScript("queue", DOMAIN));
  });

  it("hold no password", () => {
    const text = Object.values(
      configurationFiles("queue", DOMAIN, { role: "queue", replicas: 3, memoryMiB: 128 }),
    ).join();
    expect(text).not.toMatch(/requirepass|masterauth|auth-pass/);
  });
});

describe("the credentials", () => {
  it("map the exporter's address to the password, as redis_exporter's password file does", () => {
    expect(JSON.parse(credentialFiles["exporter.json"]("secret"))).toEqual({ "rediss://localhost:6379": "secret" });
  });

  it("never stand on a probe's command line", () => {
    for (const [, , script] of [pingCommand(REDIS_PORT), dataCommand()]) expect(script).not.toMatch(/ -a | --pass /);
  });
});
