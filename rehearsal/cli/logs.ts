import { run } from "../process.ts";
import { type Cluster, clusterOf, onTerminal } from "./access.ts";
import type { Options } from "./arguments.ts";
import type { Target } from "./target.ts";

/** What `app.kubernetes.io/name` is for: it says which service a pod belongs to. */
const serviceLabel = "app.kubernetes.io/name";
/** What KWOK puts on the nodes whose pods it only pretends to run. */
const simulatedNode = "kwok.x-k8s.io/node";
/** How much of the past to show, in lines of each container. */
const past = 200;

/** The parts of a pod that say whose logs it writes. */
export interface LoggingPod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly nodeName?: string };
}

/** Shows what the pods of one service write: one pod after the other, or all at once as it comes. Returns an exit code. */
export async function logs(target: Target, { service = "", follow }: Options): Promise<number> {
  const cluster = await clusterOf(target);
  if (cluster === undefined) return 1;
  const pods = podsOf(service, await list<LoggingPod>(cluster, "pods", "--all-namespaces"));
  const simulated = await simulatedNodes(cluster);
  const silent = pods.filter(({ spec }) => simulated.has(spec.nodeName ?? ""));
  if (silent.length > 0) process.stderr.write(`${silence(silent)}\n`);
  const writing = pods.filter((pod) => !silent.includes(pod)).map((pod) => logArguments(pod, follow));
  if (follow) return Math.max(0, ...(await Promise.all(writing.map((line) => onTerminal(cluster, line)))));
  let code = 0;
  for (const line of writing) code = Math.max(code, await onTerminal(cluster, line));
  return code;
}

/**
 * The pods of a service.
 * @throws Error naming the services there are when there is no such one
 */
export function podsOf(service: string, pods: readonly LoggingPod[]): readonly LoggingPod[] {
  const found = pods.filter(({ metadata }) => metadata.labels?.[serviceLabel] === service);
  if (service !== "" && found.length > 0) return found;
  const services = [...new Set(pods.flatMap(({ metadata }) => metadata.labels?.[serviceLabel] ?? []))].sort();
  const problem = service === "" ? "logs needs SERVICE=<name>." : `No pod belongs to a service "${service}".`;
  throw new Error(`${problem} The services with pods are: ${services.join(", ") || "none"}.`);
}

function logArguments({ metadata: { namespace, name } }: LoggingPod, follow?: true): string[] {
  const line = ["logs", `--namespace=${namespace}`, name, "--all-containers", "--prefix", `--tail=${past}`];
  return follow ? [...line, "--follow"] : line;
}

function silence(pods: readonly LoggingPod[]): string {
  const names = pods.map(({ metadata }) => metadata.name).join(", ");
  return `… nothing from ${names}: on a simulated node nothing runs that could write`;
}

async function simulatedNodes(cluster: Cluster): Promise<ReadonlySet<string>> {
  const nodes = await list<Named>(cluster, "nodes");
  const simulated = nodes.filter(({ metadata }) => metadata.annotations?.[simulatedNode] !== undefined);
  return new Set(simulated.map(({ metadata }) => metadata.name));
}

interface Named {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
}

async function list<T>({ kubectl, kubeconfig }: Cluster, ...what: string[]): Promise<T[]> {
  const text = await run(kubectl, ["--kubeconfig", kubeconfig, "get", "-o", "json", ...what]);
  return (JSON.parse(text) as { items: T[] }).items;
}
