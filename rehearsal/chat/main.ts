/** `node rehearsal/chat/main.ts` answers questions in this terminal; `--help` says the rest. */
import { join } from "node:path";
import { parseArgs } from "node:util";

import { freePorts, portIsFree } from "../cluster/ports.ts";
import { endOnSignal } from "../process.ts";
import { say, step } from "../progress.ts";
import { cacheFolder } from "../tools/index.ts";
import { withLock } from "../tools/lock.ts";
import { type Gateway, modelsOf } from "./answer.ts";
import { Conversation } from "./conversation.ts";
import { type Platform, startPlatform } from "./platform.ts";
import { ensurePrograms } from "./programs.ts";

const usage = `node rehearsal/chat/main.ts [--once <question>] [--port <port>] [--model <name>]
node rehearsal/chat/main.ts --url <gateway> [--key <key>] [--once <question>] [--model <name>]
  Without --url it starts PostgreSQL, Redis, a simulated engine and the gateway on 127.0.0.1 and ends them afterwards.
  --once   asks one question, prints the answer and leaves
  --port   of the gateway; 8000, or another one when that is taken
  --url    talks to a gateway that runs elsewhere, with a key from --key or the variable API_KEY
  --model  the first one that the gateway offers, unless given
  In the chat, /new begins a new conversation, and /quit or Ctrl-C leaves.`;

const defaultPort = 8000;
const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

endOnSignal();
try {
  await main();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode ??= 1;
}

async function main(): Promise<void> {
  const options = read();
  if (options.help) return void process.stdout.write(`${usage}\n`);
  if (options.url !== undefined) {
    if (!URL.canParse(options.url)) throw new Error(`--url is "${options.url}"; for example https://chat.example.com.`);
    await talk({ url: options.url, key: options.key ?? process.env.API_KEY ?? "" }, options, leaveOnSignal());
    return;
  }
  const given = await portOf(options.port);
  const programs = await ensurePrograms();
  const leaving = leaveOnSignal();
  // One after the other: two that look for a free port at the same time find the same one.
  const platform = await withLock(join(cacheFolder(), "chat.lock"), async () => {
    const port = given ?? (await freePort());
    return step("platform", (note) => startPlatform(programs, port, note));
  });
  try {
    leaving.throwIfAborted();
    introduce(platform);
    await talk(platform.gateway, options, AbortSignal.any([leaving, platform.lost]));
  } finally {
    await step("platform ended", () => platform.close());
  }
}

function read() {
  try {
    const text = { type: "string" } as const;
    const options = { once: text, url: text, key: text, model: text, port: text, help: { type: "boolean" } } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    process.exitCode = 2;
    throw new Error(`${(error as Error).message}\n${usage}`);
  }
}

async function talk(gateway: Gateway, options: ReturnType<typeof read>, leaving: AbortSignal): Promise<void> {
  try {
    const model = options.model ?? (await modelsOf(gateway, leaving))[0];
    if (model === undefined) throw new Error(`${gateway.url} offers no model to this key.`);
    const conversation = new Conversation(gateway, model, leaving);
    await (options.once === undefined ? conversation.readQuestions() : conversation.ask(options.once));
    leaving.throwIfAborted();
  } catch (error) {
    throw leaving.aborted ? leaving.reason : error;
  }
}

/** From here on a signal ends the chat in order instead of this process at once. */
function leaveOnSignal(): AbortSignal {
  const leaving = new AbortController();
  for (const [signal, code] of Object.entries(signals) as [keyof typeof signals, number][]) {
    process.removeAllListeners(signal);
    process.on(signal, () => {
      process.exitCode = code;
      leaving.abort(new Error("\nLeaving."));
    });
  }
  return leaving.signal;
}

async function portOf(given: string | undefined): Promise<number | undefined> {
  if (given === undefined) return undefined;
  const port = Number(given);
  if (!(Number.isInteger(port) && port > 0 && port < 65_536)) {
    throw new Error(`--port is "${given}"; allowed is a number from 1 to 65535.`);
  }
  if (await portIsFree(port)) return port;
  throw new Error(`Port ${port} is taken. Choose another one with --port, or leave it out.`);
}

async function freePort(): Promise<number> {
  if (await portIsFree(defaultPort)) return defaultPort;
  const [port = 0] = await freePorts(1);
  say(`… port ${defaultPort} is taken: the gateway listens on ${port}`);
  return port;
}

function introduce({ gateway: { url, key }, model }: Platform): void {
  const body = JSON.stringify({ model, stream: true, messages: [{ role: "user", content: "Hello" }] });
  const curl = `curl -N ${url}/v1/chat/completions -H "authorization: Bearer ${key}" -H "content-type: application/json"`;
  say(`\n  URL  ${url}\n  key  ${key}\n  ${curl} -d '${body}'\n`);
}
