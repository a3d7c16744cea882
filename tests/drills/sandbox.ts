import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readlink } from "node:fs/promises";
import { createInterface } from "node:readline";
import { kill, run } from "../../rehearsal/process.ts";

/** What every shell script of a drill begins with: fail at once, and show which command did. */
const STRICT = "set -eu\n";

/**
 * Namespaces of their own, held by one sleeping process: network and, for a pod, mounts and host name. They, their interfaces and
 * their mounts vanish with that process, and it dies with the test run; so nothing is left behind, whatever happens.
 */
export class Sandbox {
  private readonly holder: ChildProcess;

  private constructor(holder: ChildProcess) {
    this.holder = holder;
  }

  /**
   * Runs a shell script inside new namespaces and holds them.
   *
   * @throws Error saying what is needed when this machine does not permit namespaces.
   */
  static async open(setup: string, environment: Readonly<Record<string, string>> = {}): Promise<Sandbox> {
    const script = `${STRICT}${setup}\necho ready\nexec sleep infinity`;
    const holder = spawn(
      "setpriv",
      ["--pdeathsig", "KILL", "unshare", "--net", "--uts", "--mount", "--propagation", "private", "sh", "-c", script],
      { env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "pipe"] },
    );
    // A test run that ends early need not wait for it.
    holder.unref();
    const closed = new Promise((resolve) => holder.on("close", resolve));
    let problem = "";
    holder.on("error", (error) => (problem += error.message));
    holder.stderr.setEncoding("utf8").on("data", (text: string) => (problem += text));
    for await (const line of createInterface({ input: holder.stdout }))
      if (line === "ready") return new Sandbox(holder);
    await closed;
    throw new Error(
      `A pod's namespaces could not be made: ${problem.trim()}\n` +
        "This drill runs servers in network and mount namespaces: it needs Linux, root (or CAP_SYS_ADMIN and CAP_NET_ADMIN), and " +
        "the packages util-linux (setpriv, unshare, nsenter) and iproute2 (ip).",
    );
  }

  /** Process that holds the namespaces. */
  get pid(): number {
    const { pid } = this.holder;
    if (pid === undefined) throw new Error("The sandbox has no process: it was never started.");
    return pid;
  }

  /** Command line that runs a program inside. */
  command(...program: string[]): string[] {
    return ["nsenter", "--target", String(this.pid), "--net", "--uts", "--mount", ...program];
  }

  /** Runs a shell script inside to its end and returns what it printed. */
  async run(script: string): Promise<string> {
    const [file = "", ...args] = this.command("sh", "-c", `${STRICT}${script}`);
    return run(file, args);
  }

  /** Ends every process inside, as the end of a pod does, and the namespaces with them. */
  async close(): Promise<void> {
    if (this.holder.exitCode !== null || this.holder.signalCode !== null) return;
    const exit = once(this.holder, "exit");
    const inside = await networkOf(this.pid);
    for (const pid of (await readdir("/proc")).map(Number).filter(Number.isInteger))
      if ((await networkOf(pid)) === inside) kill(pid, "SIGKILL");
    await exit;
  }
}

/** The network namespace of a process; undefined when it is gone. */
async function networkOf(pid: number): Promise<string | undefined> {
  return readlink(`/proc/${pid}/ns/net`).catch(() => undefined);
}
