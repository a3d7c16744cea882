import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, closeSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A server takes at most a second to start; a loaded machine may take thirty times that. In milliseconds. */
const startWithin = 30_000;

export interface ServerSpec {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  /** Its whole environment besides PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
  /** The account it runs as. @default that of this process */
  readonly user?: number;
  /** What makes it end at once and cleanly. */
  readonly endsOn: NodeJS.Signals;
  /** True once it answers. */
  readonly ready: () => Promise<boolean>;
}

/** Starts servers that end together with this process, even if it is killed, and that keep their files in one folder. */
export class Servers {
  readonly folder: string;
  /** Aborts with the reason when one of them ends by itself. */
  readonly lost: AbortSignal;
  private readonly loss = new AbortController();
  private readonly keeper: ChildProcess;
  private closing = false;

  constructor(folder: string) {
    this.folder = folder;
    this.lost = this.loss.signal;
    const program = join(import.meta.dirname, "keeper.ts");
    this.keeper = spawn(process.execPath, [program, folder], { stdio: ["pipe", "ignore", "ignore"], detached: true });
    this.keeper.on("exit", () => this.lose("keeper", "It would have ended the servers after this process."));
    this.keeper.stdin?.on("error", () => undefined); // its end is noticed above
  }

  /** Starts a server and waits until it answers. */
  async start(spec: ServerSpec): Promise<void> {
    const { name, file, args, user } = spec;
    const log = join(this.folder, `${name}.log`);
    const output = openSync(log, "a");
    const { PATH = "", HOME = "" } = process.env;
    const child = spawn(file, args, {
      stdio: ["ignore", output, output],
      detached: true, // a terminal's Ctrl-C is for the chat, which ends its servers in order
      env: { PATH, HOME, ...spec.env },
      cwd: this.folder,
      ...(user !== undefined && { uid: user, gid: user }),
    });
    closeSync(output);
    child.on("error", (error) => this.lose(name, error.message));
    child.on("exit", () => this.lose(name, lastLines(log)));
    if (child.pid !== undefined) this.keeper.stdin?.write(`${spec.endsOn} ${child.pid}\n`);
    const deadline = Date.now() + startWithin;
    while (!(await spec.ready())) {
      this.lost.throwIfAborted();
      if (Date.now() > deadline) {
        throw new Error(`${name} did not answer within ${startWithin / 1000} s.\n${lastLines(log)}`);
      }
      await sleep(20);
    }
  }

  /** Ends all servers and removes their folder; returns when nothing is left. */
  async close(): Promise<void> {
    if (this.closing) return;
    this.closing = true;
    this.keeper.stdin?.end();
    if (this.keeper.exitCode === null) await once(this.keeper, "exit");
  }

  private lose(name: string, why: string): void {
    if (!this.closing) this.loss.abort(new Error(`${name} has ended.\n${why}`));
  }
}

function lastLines(file: string): string {
  return readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .slice(-8)
    .map((text) => `  ${text.slice(0, 300)}`)
    .join("\n");
}
