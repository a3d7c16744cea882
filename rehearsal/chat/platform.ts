import { randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { freePorts } from "../cluster/ports.ts";
import { run } from "../process.ts";
import type { Note } from "../progress.ts";
import type { Gateway } from "./answer.ts";
import type { ChatPrograms } from "./programs.ts";
import { Servers } from "./server.ts";
import { postgresUser, startPostgres, startRedis, type Store } from "./stores.ts";

const sources = join(import.meta.dirname, "..", "..", "apps", "backend", "src");
/** The name under which clients know the simulated engine. */
const model = "tiny";
/** How fast it speaks: as an 8B model on one GPU does. */
const pace = ["--time-to-first-token=200ms", "--inter-token-latency=25ms", "--time-factor-under-load=1.0"];

export interface Platform {
  readonly gateway: Gateway;
  readonly model: string;
  /** Aborts with the reason when a part of it ends by itself. */
  readonly lost: AbortSignal;
  /** Ends all of it and removes what it kept. */
  close(): Promise<void>;
}

/**
 * Starts PostgreSQL, Redis, a simulated engine and the gateway in front of it as processes of this machine. They listen
 * on 127.0.0.1 only, keep everything in one temporary folder, and end together with this process.
 */
export async function startPlatform(programs: ChatPrograms, port: number, note: Note): Promise<Platform> {
  const servers = new Servers(await temporaryFolder());
  try {
    const gateway = await startAll(servers, programs, port, note);
    return { gateway, model, lost: servers.lost, close: () => servers.close() };
  } catch (error) {
    await servers.close();
    throw error;
  }
}

async function startAll(servers: Servers, programs: ChatPrograms, port: number, note: Note): Promise<Gateway> {
  const secret = (name: string) => writeSecret(servers.folder, name);
  const [postgresPort = 0, redisPort = 0, enginePort = 0] = await freePorts(3);
  const postgres = { port: postgresPort, passwordFile: (await secret("postgres-password")).file };
  const redis = { port: redisPort, passwordFile: (await secret("redis-password")).file };
  note("starting PostgreSQL, Redis and an engine");
  await Promise.all([
    startPostgres(servers, postgres, programs.postgres),
    startRedis(servers, redis, programs.redis),
    startEngine(servers, programs.simulator, enginePort),
  ]);
  const key = await secret("first-key");
  const env = {
    ...(await gatewayEnvironment(servers.folder, postgres, redis)),
    GATEWAY_FIRST_KEY_FILE: key.file,
    GATEWAY_PORT: String(port),
    ENGINE_TINY_HOST: "127.0.0.1",
    ENGINE_TINY_PORT: String(enginePort),
    ENGINE_TINY_MODEL: model,
  };
  note("making the database's tables");
  const { PATH = "", HOME = "" } = process.env;
  await run(programs.python, ["-m", "gateway", "migrate"], { env: { PATH, HOME, ...env } });
  note("starting the gateway");
  const url = `http://127.0.0.1:${port}`;
  await servers.start({
    name: "gateway",
    file: programs.python,
    args: ["-m", "gateway", "serve"],
    env,
    endsOn: "SIGTERM",
    ready: () => answers(`${url}/ready`),
  });
  return { url, key: key.value };
}

function startEngine(servers: Servers, simulator: string, port: number): Promise<void> {
  return servers.start({
    name: "engine",
    file: simulator,
    args: [`--model=${model}`, `--port=${port}`, "--force-dummy-tokenizer", ...pace],
    endsOn: "SIGTERM",
    ready: () => answers(`http://127.0.0.1:${port}/health`),
  });
}

async function gatewayEnvironment(folder: string, postgres: Store, redis: Store): Promise<Record<string, string>> {
  const username = join(folder, "postgres-username");
  await writeFile(username, postgresUser);
  const journal = join(folder, "usage");
  await mkdir(journal);
  return {
    PYTHONPATH: sources,
    POSTGRES_HOST: "127.0.0.1",
    POSTGRES_PORT: String(postgres.port),
    POSTGRES_DATABASE: "postgres",
    POSTGRES_USERNAME_FILE: username,
    POSTGRES_PASSWORD_FILE: postgres.passwordFile,
    CACHE_HOST: "127.0.0.1",
    CACHE_PORT: String(redis.port),
    CACHE_PASSWORD_FILE: redis.passwordFile,
    QUEUE_HOST: "127.0.0.1",
    QUEUE_PORT: String(redis.port),
    QUEUE_PASSWORD_FILE: redis.passwordFile,
    GATEWAY_HOST: "127.0.0.1",
    GATEWAY_PEPPER_FILE: (await writeSecret(folder, "pepper")).file,
    GATEWAY_USAGE_JOURNAL: journal,
    GATEWAY_DRAIN_NOTICE_SECONDS: "0",
    GATEWAY_DRAIN_SECONDS: "1",
  };
}

/** Others may pass through, because PostgreSQL's account must; what is secret in it only its owner reads. */
async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "ai-platform-chat-"));
  await chmod(folder, 0o711);
  return folder;
}

async function writeSecret(folder: string, name: string): Promise<{ readonly file: string; readonly value: string }> {
  const value = `sk-${randomBytes(24).toString("hex")}`;
  const file = join(folder, name);
  await writeFile(file, value, { mode: 0o600 });
  return { file, value };
}

function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    ({ status }) => status === 200,
    () => false,
  );
}
