import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import { readFile } from "node:fs/promises";

/** How a command is run. */
export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment of the command. @default that of this process */
  readonly env?: NodeJS.ProcessEnv;
  /** The account it runs as, which only root may choose. @default that of this process */
  readonly user?: number;
  /** Written to the command's standard input, which is then closed. */
  readonly input?: string;
  /** `inherit` shows the command's output as it comes; `capture` returns it. @default capture */
  readonly output?: "capture" | "inherit";
  /** Ends the command with SIGTERM when it fires. @default never */
  readonly stopOn?: AbortSignal;
  /** Called with the command's process id as soon as it runs. */
  readonly onStart?: (pid: number) => void;
  /** Called with each line of captured standard error, for progress. */
  readonly onLine?: (line: string) => void;
}

/** What a command left behind. */
export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that ended with another code than 0. */
export class CommandFailed extends Error {
  readonly result: RunResult;

  constructor(command: string, result: RunResult) {
    super(`${command} ended with code ${result.code}\n${lastLines(result.stderr || result.stdout, 20)}`);
    this.name = "CommandFailed";
    this.result = result;
  }
}

const running = new Set<ChildProcess>();
const signalCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
let interrupted: number | undefined;

/**
 * On SIGINT, SIGTERM or SIGHUP lets the running command end itself cleanly, then ends this process. Nothing has to be
 * undone: whatever was half made is recognised and made anew by the next run.
 */
export function endOnSignal(): void {
  for (const [signal, code] of Object.entries(signalCodes) as [keyof typeof signalCodes, number][]) {
    process.on(signal, () => {
      interrupted = code;
      // The terminal has already sent SIGINT to the whole group: a second one makes some commands quit uncleanly.
      if (signal !== "SIGINT" || !process.stdin.isTTY) running.forEach((child) => child.kill(signal));
      endIfInterrupted();
    });
  }
}

function endIfInterrupted(): void {
  if (interrupted === undefined || running.size > 0) return;
  process.stderr.write("\nInterrupted. The same command continues where this one stopped.\n");
  process.exit(interrupted);
}

/** Runs a command to its end, whatever its exit code. Throws only when it cannot be started. */
export function attempt(file: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const { cwd, env = process.env, user } = options;
    const account = user === undefined ? {} : { uid: user, gid: user };
    const child = spawn(file, args, { cwd, env, stdio: stdioOf(options), ...account });
    running.add(child);
    options.stopOn?.addEventListener("abort", () => child.kill("SIGTERM"));
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      if (options.onLine) text.split("\n").filter(Boolean).forEach(options.onLine);
    });
    child.stdin?.on("error", () => undefined); // the command may end before it has read its input
    child.stdin?.end(options.input);
    child.on("error", (error) => {
      running.delete(child);
      reject(new Error(`cannot start ${file}: ${error.message}`));
    });
    child.on("close", (code, signal) => {
      running.delete(child);
      endIfInterrupted();
      resolve({ code: code ?? codeOf(signal), stdout, stderr });
    });
    if (child.pid !== undefined) options.onStart?.(child.pid);
  });
}

function stdioOf({ input, output }: RunOptions): StdioOptions {
  if (output === "inherit") return [input === undefined ? "inherit" : "pipe", "inherit", "inherit"];
  return [input === undefined ? "ignore" : "pipe", "pipe", "pipe"];
}

/** The exit code that a shell would give a command ended by a signal. */
function codeOf(signal: NodeJS.Signals | null): number {
  return 128 + (signal === "SIGINT" ? 2 : signal === "SIGKILL" ? 9 : 15);
}

/** Runs a command and returns what it printed. Throws {@link CommandFailed} when it ends with another code than 0. */
export async function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await attempt(file, args, options);
  if (result.code !== 0) throw new CommandFailed([file, ...args.slice(0, 3)].join(" "), result);
  return result.stdout;
}

/** True while a process with this id exists. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Sends a signal to a process, which may have ended meanwhile. */
export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** The program and arguments of a process, separated by spaces; empty when there is none, or when it has ended and nobody has asked how. */
export async function commandLine(pid: number): Promise<string> {
  const line =
    process.platform === "linux"
      ? await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")
      : (await attempt("ps", ["-ww", "-o", "args=", "-p", String(pid)])).stdout;
  return line.replaceAll("\0", " ").trim();
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}
