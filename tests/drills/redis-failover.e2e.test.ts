import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { serverNames } from "../../components/foundation/authority.ts";
import { pingCommand } from "../../components/stores/redis/commands.ts";
import { REDIS_PORT, SENTINEL_PORT } from "../../components/stores/redis/configuration.ts";
import { redisRoot } from "./binaries.ts";
import { certificateFiles } from "./certificates.ts";
import { eventually } from "./eventually.ts";
import type { Pod } from "./pod.ts";
import { PodNetwork } from "./pod-network.ts";
import { RedisServers } from "./redis-servers.ts";

jest.setTimeout(600_000);

/** Twice the time after which Sentinel would call a master dead and elect another one. */
const LONG_DEAD_MS = 10_000;

let folder: string;
let network: PodNetwork;
let queue: RedisServers;
let cache: RedisServers;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "redis-drill-"));
  network = await PodNetwork.open(folder);
  const certificate = await certificateFiles(serverNames(["queue", "cache"], "ai-platform"));
  const machinery = { network, folder, programs: await redisRoot(), certificate };
  queue = new RedisServers("queue", { keeps: "queue", servers: 3, memory: "64Mi" }, machinery);
  cache = new RedisServers("cache", { keeps: "cache", servers: 1, memory: "64Mi" }, machinery);
});

afterAll(async () => {
  for (const pod of [...(queue?.pods ?? []), ...(cache?.pods ?? [])]) await pod.stop("SIGKILL");
  await network?.close();
  await rm(folder, { recursive: true });
});

const start = (pods: readonly Pod[]) => Promise.all(pods.map((pod) => pod.start()));
const stop = (pods: readonly Pod[]) => Promise.all(pods.map((pod) => pod.stop("SIGTERM")));

/** Waits until a port of these pods answers, however ready they are otherwise. */
async function answering(pods: readonly Pod[], port: number): Promise<void> {
  for (const pod of pods)
    await eventually(
      `an answer of ${pod.name} on port ${port}`,
      () => pod.exec(pingCommand(port)),
      ({ code }) => code === 0,
    );
}

describe("three servers of a queue", () => {
  /** Entries that a second server has confirmed, in order. */
  const acknowledged: string[] = [];
  let master: Pod;

  const allBut = (pod: Pod) => queue.pods.filter((other) => other !== pod);

  /** Adds entries as a client does that Sentinel has told where. */
  async function work(client: Pod): Promise<void> {
    const server = queue.pod(await queue.masterForClients(client));
    for (let count = 0; count < 10; count += 1) {
      const entry = `entry ${acknowledged.length}`;
      await queue.ask(server, "rpush", "jobs", entry);
      expect(Number(await queue.ask(server, "wait", "1", "30000"))).toBeGreaterThanOrEqual(1);
      acknowledged.push(entry);
    }
  }

  /** Waits until these pods are ready and agree on one master; it must have every acknowledged entry. */
  async function whole(pods: readonly Pod[]): Promise<Pod> {
    await queue.ready(pods);
    const agreed = queue.pod(await queue.agree(pods));
    expect((await queue.ask(agreed, "lrange", "jobs", "0", "-1")).split("\n")).toEqual(acknowledged);
    return agreed;
  }

  /** The death of the master's node, until the other pods have another one. */
  async function loseMaster(): Promise<void> {
    const survivors = allBut(master);
    await master.stop("SIGKILL");
    await eventually(
      `another master than ${master.name}`,
      () => Promise.all(survivors.map((pod) => queue.masterForClients(pod))),
      (names) => !names.includes(master.name),
    );
    master = await whole(survivors);
    await work(master);
  }

  it("begin with the first pod as master and two replicas in sync", async () => {
    await start(queue.pods);
    await queue.ready();
    master = queue.pod(await queue.agree());
    expect(master.name).toBe("queue-0");
    const replication = await queue.ask(master, "info", "replication");
    expect(replication.match(/^slave\d:.*state=online/gm)).toHaveLength(2);
    await work(queue.pod("queue-1"));
  });

  it("speak TLS only, and refuse a client without the password", async () => {
    for (const port of [REDIS_PORT, SENTINEL_PORT].map(String)) {
      const plain = await master.exec(["redis-cli", "-p", port, "ping"]);
      const encrypted = ["redis-cli", "--tls", "--cacert", "/run/tls/ca.crt", "-p", port];
      const unknown = await master.exec([...encrypted, "ping"]);
      const wrong = await master.exec([...encrypted, "-a", "wrong", "ping"]);
      expect(plain.stdout + plain.stderr).toContain("Connection reset by peer");
      expect(unknown.stdout).toContain("NOAUTH");
      expect(wrong.stdout + wrong.stderr).toContain("WRONGPASS");
    }
    expect(await master.listeningPorts()).toEqual([REDIS_PORT, SENTINEL_PORT]);
  });

  it("refuse writes when full rather than forget, and when no replica would get them", async () => {
    expect(await queue.ask(master, "config", "get", "maxmemory-policy")).toBe("maxmemory-policy\nnoeviction");
    expect(await queue.ask(master, "config", "get", "min-replicas-to-write")).toBe("min-replicas-to-write\n1");
  });

  it("go on with another master, and every acknowledged write, when the master's node dies", async () => {
    await loseMaster();
    expect(master.name).not.toBe("queue-0");
  });

  it("take the old master back as a replica", async () => {
    const former = queue.pod("queue-0");
    await start([former]);
    await answering([former], REDIS_PORT);
    // From the first moment: a second master would take writes that are lost once it gives in.
    expect(await queue.masters()).toEqual([master.name]);
    expect(await whole(queue.pods)).toBe(master);
    await work(queue.pod("queue-0"));
  });

  it("keep their master through a stop of all pods, even if it comes back last", async () => {
    await stop(queue.pods);
    await start(allBut(master));
    await answering(allBut(master), REDIS_PORT);
    await sleep(LONG_DEAD_MS);
    await start([master]);
    expect(await whole(queue.pods)).toBe(master);
    await work(master);
  });

  it("do not follow a former master that missed the last failover, even if it comes back first", async () => {
    const former = master;
    await loseMaster();
    await stop(allBut(former));
    await start([former]);
    await answering([former], SENTINEL_PORT);
    await start(allBut(former));
    expect(await whole(queue.pods)).toBe(master);
  });
});

describe("the single server of a cache", () => {
  it("starts as a master of its own, forgets what is used least, and says to its probe that it is there", async () => {
    const [pod = queue.pod("queue-0")] = cache.pods;
    await start([pod]);
    await cache.ready();
    expect(await cache.masters()).toEqual(["cache-0"]);
    expect(await cache.ask(pod, "config", "get", "maxmemory-policy")).toBe("maxmemory-policy\nallkeys-lru");
    expect(await pod.listeningPorts()).toEqual([REDIS_PORT]);
    expect((await pod.exec(pingCommand(REDIS_PORT))).code).toBe(0);
    await pod.kill("server");
    expect((await pod.exec(pingCommand(REDIS_PORT))).code).not.toBe(0);
  });
});
