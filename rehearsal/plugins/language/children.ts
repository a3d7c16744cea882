import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** Exit code of a program that has already shown its error to the user (`@pulumi/pulumi/cmd/run`). */
export const ALREADY_REPORTED = 32;

/** One Node process to start. */
export interface Command {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How long a process may take to end itself, in milliseconds; the engine kills the host after five seconds. */
const patience = 2_000;

/** The processes this host has started: none of them outlives it. */
export class Children {
  readonly #running = new Map<ChildProcess, Promise<Exit>>();

  /** @param output `inherit` shows what the process writes as the host's own output; `pipe` leaves it to the caller. */
  run(command: Command, output: "inherit" | "pipe"): { process: ChildProcess; ended: Promise<Exit> } {
    const child = spawn(process.execPath, command.args, {
      cwd: command.cwd,
      env: command.env,
      stdio: ["ignore", output, output],
    });
    const ended = new Promise<Exit>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => {
        resolve({ code, signal });
      });
    }).finally(() => this.#running.delete(child));
    this.#running.set(child, ended);
    return { process: child, ended };
  }

  /** Asks all of them to end, and gives them the time to. */
  async stop(): Promise<void> {
    for (const child of this.#running.keys()) child.kill();
    await Promise.race([Promise.allSettled(this.#running.values()), sleep(patience)]);
  }
}
