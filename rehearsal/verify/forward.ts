import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Access, Answer } from "./cluster.ts";
import type { Pod } from "./objects.ts";

/** Time for kubectl to open the way, and for the pod to answer. In milliseconds. */
const PATIENCE = 15_000;

/** Asks a pod through kubectl, which goes by the node and so reaches it in a namespace that is closed. */
export async function get({ kubectl, kubeconfig }: Access, pod: Pod, port: number, path: string): Promise<Answer> {
  const { name, namespace } = pod.metadata;
  const line = ["--kubeconfig", kubeconfig, "port-forward", "--namespace", namespace, `pod/${name}`, `:${port}`];
  const forward = spawn(kubectl, line, { stdio: ["ignore", "pipe", "pipe"] });
  try {
    const response = await fetch(`http://127.0.0.1:${await localPort(forward)}${path}`, {
      signal: AbortSignal.timeout(PATIENCE),
      redirect: "manual",
    });
    return { status: response.status, body: await response.text() };
  } catch (error) {
    throw new Error(`${namespace}/${name} does not answer on port ${port}: ${reason(error)}`);
  } finally {
    forward.kill();
  }
}

/** The port on this machine, once kubectl says that it listens. */
function localPort(forward: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let complaint = "";
    const timer = setTimeout(() => {
      reject(new Error(`kubectl opened no way within ${PATIENCE / 1000} s`));
    }, PATIENCE);
    forward.stderr?.on("data", (text: Buffer) => (complaint += text.toString()));
    forward.on("error", reject);
    forward.on("close", () => {
      clearTimeout(timer);
      reject(new Error(complaint.trim() || "kubectl ended"));
    });
    createInterface({ input: forward.stdout ?? process.stdin }).on("line", (text) => {
      const port = /^Forwarding from 127\.0\.0\.1:(\d+)/.exec(text)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    });
  });
}

/** Node hides what went wrong with a connection in the error's cause. */
function reason(error: unknown): string {
  const { message, cause } = error as { message: string; cause?: { message?: string } };
  return cause?.message ?? message;
}
