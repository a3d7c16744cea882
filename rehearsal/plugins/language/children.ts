import { type ChildProcess, spawn } from "node:child_process";

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

/** The processes this host has started: none of them outlives it. */
export class Children {
  readonly #running = new Set<ChildProcess>();

  /** @param output `inherit` shows what the process writes as the host's own output; `pipe` leaves it to the caller. */
  run(command: Command, output: "inherit" | "pipe"): { process: ChildProcess; ended: Promise<Exit> } {
    const child = spawn(process.execPath, command.args, {
      cwd: command.cwd,
      env: command.env,
      stdio: ["ignore", output, output],
    });
    this.#running.add(child);
    const ended = new Promise<Exit>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => {
        resolve({ code, signal });
      });
    }).finally(() => this.#running.delete(child));
    return { process: child, ended };
  }

  stop(): void {
    for (const child of this.#running) child.kill();
  }
}
