import { execFile, type ExecFileException } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ReleaseContext } from "../context.ts";

/** What Helm said when it failed, without its prefix. */
export class HelmFailed extends Error {}

export interface HelmOptions {
  /** Written to Helm's standard input, where no other user of the machine can read it. */
  readonly input?: string;
  /** Aborting it interrupts Helm, which then records the release as failed. */
  readonly signal?: AbortSignal;
}

/** Manifests of large charts exceed Node's default of 1 MiB. */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/** The Helm program, bound to one cluster. */
export class Helm {
  readonly #context: ReleaseContext;
  #folder: string | undefined;

  constructor(context: ReleaseContext) {
    this.#context = context;
  }

  /** Folder for downloaded charts and Helm's knowledge of the cluster; it goes when this process ends. */
  get folder(): string {
    if (this.#folder !== undefined) return this.#folder;
    const folder = mkdtempSync(join(tmpdir(), `ai-platform-helm-${process.pid}-`));
    process.on("exit", () => {
      rmSync(folder, { recursive: true, force: true });
    });
    return (this.#folder = folder);
  }

  /** @throws HelmFailed when Helm ends with an error */
  async run(args: readonly string[], { input = "", signal }: HelmOptions = {}): Promise<string> {
    const { helm, kubeconfigPath, context } = this.#context;
    const cluster = ["--kubeconfig", kubeconfigPath, ...(context === undefined ? [] : ["--kube-context", context])];
    // The discovery cache in the home folder is keyed by address, which another cluster may have had an hour ago.
    const env = { ...process.env, KUBECACHEDIR: join(this.folder, "discovery") };
    return new Promise((resolve, reject) => {
      const child = execFile(
        helm,
        [...args, ...cluster],
        { env, maxBuffer: MAX_OUTPUT_BYTES },
        (error, stdout, stderr) => {
          signal?.removeEventListener("abort", interrupt);
          if (error) reject(failure(error, helm, stderr));
          else resolve(stdout);
        },
      );
      const interrupt = () => child.kill("SIGINT");
      signal?.addEventListener("abort", interrupt);
      // Helm may end before it has read its input.
      child.stdin?.on("error", () => undefined);
      child.stdin?.end(input);
    });
  }
}

function failure(error: ExecFileException, helm: string, stderr: string): Error {
  if (error.code === "ENOENT") return new Error(`There is no Helm at ${helm}. Install Helm 3 or set HELM_BIN.`);
  return new HelmFailed(reasonIn(stderr) || error.message);
}

function reasonIn(stderr: string): string {
  const start = stderr.lastIndexOf("Error: ");
  return stderr
    .slice(Math.max(start, 0))
    .replace(/^Error: (\w+ FAILED: )?/, "")
    .trim();
}

export function isNotFound(error: unknown): boolean {
  return error instanceof HelmFailed && error.message.endsWith("release: not found");
}
