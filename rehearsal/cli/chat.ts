import { join } from "node:path";

import { serviceUrl } from "../node/join.ts";
import { nodeRuns } from "../node/index.ts";
import { attempt } from "../process.ts";
import { clusterOf } from "./access.ts";
import { namespaceOf } from "./namespace.ts";
import { openEngine } from "./prepare.ts";
import { projectRoot, type Target } from "./target.ts";

interface Outputs {
  readonly urls?: Readonly<Record<string, string>>;
  readonly results?: Readonly<Record<string, { readonly apiKey?: string }>>;
}

/** Talks to the gateway of a running stack, on this terminal. Returns an exit code. */
export async function chat(target: Target, line: readonly string[]): Promise<number> {
  const cluster = await clusterOf(target);
  if (cluster === undefined) return 1;
  if (target.kind === "rehearsal" && !(await nodeRuns(target.folder)))
    throw new Error(
      `The pods of ${target.stack} are simulated, so nobody answers.\n` +
        `  On Linux as root: make up STACK=${target.stack} REAL=1. Anywhere: make chat, which runs the gateway without pods.`,
    );
  const engine = await openEngine(target);
  const text = await engine.ask(["stack", "output", "--json", "--show-secrets"]);
  const { urls = {}, results = {} } = JSON.parse(text.code === 0 ? text.stdout : "{}") as Outputs;
  const [gateway, key] = gatewayIn(results);
  if (gateway === undefined) throw new Error(`The stack ${target.stack} has no gateway to talk to.`);
  const namespace = await namespaceOf(target);
  const inside = await serviceUrl(cluster.kubectl, cluster.kubeconfig, { namespace, name: gateway });
  const url = target.kind === "cluster" ? urls[gateway] : inside;
  if (url === undefined) throw new Error(`The gateway ${gateway} of ${target.stack} has no address.`);
  const program = join(projectRoot, "rehearsal", "chat", "main.ts");
  const options = { env: { ...process.env, API_KEY: key }, output: "inherit" } as const;
  return (await attempt(process.execPath, [program, "--url", url, ...line], options)).code;
}

function gatewayIn(results: NonNullable<Outputs["results"]>): [name: string, key: string] | [] {
  const found = Object.entries(results).find(([, { apiKey }]) => apiKey !== undefined);
  return found ? [found[0], found[1].apiKey ?? ""] : [];
}
