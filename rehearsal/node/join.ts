import { nodeImages } from "../images/node.ts";
import { platformImages } from "../images/platform.ts";
import { attempt } from "../process.ts";
import { say, step } from "../progress.ts";
import { ensureNodePrograms, nodeObstacle, startNode } from "./index.ts";

/** What a start says before it does anything. */
const changes =
  "… the real node keeps to namespaces of its own; on this machine it adds one network link with two routes and one\n" +
  "  control group, and the kernel may load modules for it. Stopping it removes all but the modules.";

/**
 * Gives a running control plane a real node that can run our own workloads, and says on the screen what it does.
 * @returns why this machine cannot have one; undefined when it has one now
 */
export async function joinRealNode(folder: string, kubectl: string): Promise<string | undefined> {
  const obstacle = await nodeObstacle();
  if (obstacle !== undefined) return obstacle;
  const programs = await ensureNodePrograms();
  const images = await step(
    "images",
    async (note) => [...(await nodeImages(note)), ...(await platformImages(note))],
    (made) => `${made.length}`,
  );
  say(changes);
  await step("real node", (note) => startNode({ folder, kubectl, programs, images, note }));
  return undefined;
}

/** Where this machine reaches the first port of a Service whose pods run on the real node; undefined without such a Service. */
export async function serviceUrl(
  kubectl: string,
  kubeconfig: string,
  service: { readonly namespace: string; readonly name: string },
): Promise<string | undefined> {
  const path = "jsonpath={.spec.clusterIP}:{.spec.ports[0].port}";
  const line = ["--kubeconfig", kubeconfig, "get", "service", service.name, "-n", service.namespace, "-o", path];
  const { code, stdout } = await attempt(kubectl, line);
  return code === 0 && /^[\d.]+:\d+$/.test(stdout) ? `http://${stdout}` : undefined;
}
