import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { ensurePrograms } from "../../rehearsal/chat/programs.ts";
import { exists } from "../../rehearsal/files.ts";

/** A cold machine builds the engine and installs the gateway's packages first, in milliseconds. */
const coldStart = 20 * 60_000;
jest.setTimeout(120_000);

const program = join(__dirname, "../../rehearsal/chat/main.ts");
let chats: Chat[];

beforeAll(async () => {
  await ensurePrograms();
}, coldStart);

beforeEach(() => {
  chats = [];
});

afterEach(async () => {
  for (const chat of chats) await chat.end();
});

/** A chat as a user has it who types nothing but lines. */
class Chat {
  output = "";
  errors = "";
  /** When each piece of standard output came. */
  readonly times: number[] = [];
  readonly child: ChildProcess;

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, [program, ...args], { stdio: ["pipe", "pipe", "pipe"] });
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.output += text;
      this.times.push(Date.now());
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.errors += text));
    chats.push(this);
  }

  async until(text: RegExp): Promise<RegExpExecArray> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const found = text.exec(this.errors);
      if (found) return found;
      if (this.child.exitCode !== null || Date.now() > deadline)
        throw new Error(`No ${String(text)} in:\n${this.errors}`);
      await sleep(20);
    }
  }

  async started(): Promise<{ url: string; key: string; folder: string }> {
    const [, url = "", key = ""] = await this.until(/URL {2}(\S+)\n {2}key {2}(\S+)\n/);
    const folder = readdirSync(tmpdir())
      .filter((name) => name.startsWith("ai-platform-chat-"))
      .map((name) => join(tmpdir(), name))
      .find((path) => readFileSync(join(path, "first-key"), "utf8") === key);
    return { url, key, folder: folder ?? "" };
  }

  async end(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.stdin?.end();
      await once(this.child, "exit");
    }
    return this.child.exitCode;
  }
}

/** The processes that work in a folder, or know of it; some overwrite their command line and environment. */
function processesOf(folder: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      const [line, environment] = ["cmdline", "environ"].map((file) => readFileSync(`/proc/${pid}/${file}`, "utf8"));
      return `${readlinkSync(`/proc/${pid}/cwd`)} ${line} ${environment}`.includes(folder);
    } catch {
      return false; // no process, or one that has just ended
    }
  });
}

async function nothingLeft(folder: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (processesOf(folder).length > 0 || (await exists(folder))) {
    if (Date.now() > deadline) throw new Error(`Left: ${processesOf(folder).join(", ")} and ${folder}`);
    await sleep(50);
  }
}

test("one question gets a streamed answer, and nothing is left behind", async () => {
  const chat = new Chat("--once", "What is a platform?");
  const { folder } = await chat.started();
  expect(processesOf(folder).length).toBeGreaterThanOrEqual(6);
  expect(await chat.end()).toBe(0);
  const [, tokens = ""] = await chat.until(/^(\d+) tokens/m);
  expect(Number(tokens)).toBeGreaterThan(0);
  expect(chat.output.trim()).not.toBe("");
  if (Number(tokens) > 4) expect(new Set(chat.times).size).toBeGreaterThan(2);
  await nothingLeft(folder);
});

test("another client talks to a running chat's gateway, and a wrong key is refused", async () => {
  const { url, key } = await new Chat().started();
  const client = new Chat("--url", url, "--key", key, "--once", "Hello");
  expect([await client.end(), client.output.trim()]).toEqual([0, expect.stringMatching(/./)]);
  const stranger = new Chat("--url", url, "--key", "sk-wrong", "--once", "Hello");
  expect([await stranger.end(), stranger.errors]).toEqual([1, expect.stringContaining("answered 401")]);
});

test("two chats run at the same time, each on a port of its own", async () => {
  const [first, second] = await Promise.all([new Chat().started(), new Chat().started()]);
  expect(first?.url).not.toBe(second?.url);
});

test("Ctrl-C ends everything", async () => {
  const chat = new Chat();
  const { folder } = await chat.started();
  chat.child.kill("SIGINT");
  await once(chat.child, "exit");
  expect(chat.child.exitCode).toBe(130);
  expect(processesOf(folder)).toEqual([]);
  expect(await exists(folder)).toBe(false);
});

test("a chat that is killed leaves nothing", async () => {
  const chat = new Chat();
  const { folder } = await chat.started();
  chat.child.kill("SIGKILL");
  await nothingLeft(folder);
});

test("a chat that loses a server ends with the server's last words", async () => {
  const chat = new Chat();
  const { folder } = await chat.started();
  const redis = processesOf(folder).find((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("redis-server"),
  );
  process.kill(Number(redis), "SIGKILL");
  await once(chat.child, "exit");
  expect([chat.child.exitCode, chat.errors]).toEqual([1, expect.stringContaining("redis has ended")]);
  await nothingLeft(folder);
});

test("a port that is taken is named, with what to do", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const chat = new Chat("--port", String(port));
  expect(await chat.end()).toBe(1);
  expect(chat.errors).toContain(`Port ${port} is taken. Choose another one with --port`);
  await new Promise((resolve) => server.close(resolve));
});

test("a port that is none is refused with the allowed range", async () => {
  const chat = new Chat("--port", "http");
  expect(await chat.end()).toBe(1);
  expect(chat.errors).toContain('--port is "http"; allowed is a number from 1 to 65535.');
});
