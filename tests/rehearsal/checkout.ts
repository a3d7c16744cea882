import { spawn } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import { projectRoot as ROOT } from "../../rehearsal/cli/target.ts";
import { run } from "../../rehearsal/process.ts";
import { stackFiles } from "../../rehearsal/stack-files.ts";

type Command = "up" | "preview" | "down" | "status" | "kubectl" | "logs";

/** Which processes a crash takes: the command line alone, a plugin alone, or the whole process group. */
export type Victim = "command" | "plugin" | "everything";

export interface CommandResult {
  readonly code: number;
  /** Everything the command printed, as a user would have seen it. */
  readonly output: string;
}

/** A copy of the project that a test may edit like a developer, with the commands of the Makefile. */
export class Checkout {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<Checkout> {
    const folder = mkdtempSync(join(tmpdir(), "ai-platform-checkout-"));
    const files = await run("git", ["-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    for (const file of files.split("\0").filter((name) => name && existsSync(join(ROOT, name)))) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      cpSync(join(ROOT, file), join(folder, file));
    }
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    return new Checkout(folder);
  }

  /** Runs a command of the rehearsal and returns what it printed, whatever its exit code. */
  command(name: Command, stack: string, ...more: string[]): Promise<CommandResult> {
    return this.start([name, "--stack", stack, ...more], () => undefined);
  }

  /**
   * Starts a command, kills one of its processes or all of them as soon as its output shows the text, and returns the
   * output. Where the command alone is killed, its engine goes on.
   */
  async killedCommand(name: Command, stack: string, text: RegExp, victim: Victim): Promise<string> {
    let killed = false;
    const { code, output } = await this.start([name, "--stack", stack], (seen, pid) => {
      if (killed || !text.test(seen)) return;
      const target = victim === "plugin" ? this.busyPlugin(stack) : victim === "command" ? pid : -pid;
      if (target === undefined) return;
      process.kill(target, "SIGKILL");
      killed = true;
    });
    if (!killed || code === 0) throw new Error(`The command ended before it showed ${String(text)}:\n${output}`);
    return output;
  }

  /** A plugin that changes the cluster right now; its notes carry its process id. */
  private busyPlugin(stack: string): number | undefined {
    const notes = join(this.folder, ".rehearsal", stack, "pulumi-home/in-flight");
    const [note] = existsSync(notes) ? readdirSync(notes) : [];
    return note === undefined ? undefined : parseInt(note);
  }

  private start(line: string[], onOutput: (output: string, pid: number) => void): Promise<CommandResult> {
    const child = spawn(process.execPath, [join(this.folder, "rehearsal/cli/main.ts"), ...line], {
      cwd: this.folder,
      stdio: ["ignore", "pipe", "pipe"],
      // A process group of its own, so that a kill can reach the engine as well.
      detached: true,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (child.pid !== undefined) onOutput(output, child.pid);
      });
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve({ code: code ?? 1, output }));
      // The streams of a command that was killed close when its engine ends.
      child.on("exit", (_, signal) => signal && resolve({ code: 1, output }));
    });
  }

  /** Sets one top-level key of a stack file. */
  configure(stack: string, key: string, value: unknown): void {
    const file = stackFiles(this.folder).find((one) => one.stack === stack)?.file ?? "";
    const content = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
    content.config[`ai-platform:${key}`] = value;
    writeFileSync(file, stringify(content));
  }

  /** Adds code to the program, runs the test, and takes it out again. */
  async withCode(code: string, test: () => Promise<void>): Promise<void> {
    const file = join(this.folder, "index.ts");
    const before = readFileSync(file, "utf8");
    appendFileSync(file, code);
    try {
      await test();
    } finally {
      writeFileSync(file, before);
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
