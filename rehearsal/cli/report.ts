import type { Engine } from "./engine.ts";
import { nodeRuns } from "../node/index.ts";
import { type ClusterObject, unready } from "./readiness.ts";
import type { Target } from "./target.ts";

/**
 * Prints one screen: what runs where, the stack's outputs, and where to look next.
 * @param objects the stack's workloads and pods
 */
export async function report(engine: Engine, objects: readonly ClusterObject[]): Promise<void> {
  const secrets = engine.target.showSecrets ? ["--show-secrets"] : [];
  const outputs = await engine.ask(["stack", "output", "--json", ...secrets]);
  const lines = [
    "",
    title(engine.target, await nodeRuns(engine.target.folder)),
    ...table(objects),
    "",
    ...outputLines(JSON.parse(outputs.code === 0 ? outputs.stdout : "{}") as Record<string, unknown>),
    "",
    ...nextCommands(engine),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** One line per namespace: how many of its workloads and pods are ready. */
export function table(objects: readonly ClusterObject[]): string[] {
  const namespaces = [...new Set(objects.map(({ metadata }) => metadata.namespace))].sort();
  const width = Math.max(...namespaces.map((name) => name.length), 0);
  return namespaces.map((namespace) => {
    const own = objects.filter(({ metadata }) => metadata.namespace === namespace);
    const count = (kinds: (kind: string) => boolean) => {
      const some = own.filter(({ kind }) => kinds(kind));
      return `${some.filter((object) => unready(object) === undefined).length}/${some.length}`;
    };
    const pods = count((kind) => kind === "Pod");
    return `  ${namespace.padEnd(width)}  workloads ${count((kind) => kind !== "Pod").padEnd(7)} pods ${pods}`;
  });
}

/** One line per output; what lies deeper has its path for a name: `urls.backend`. */
export function outputLines(outputs: Readonly<Record<string, unknown>>): string[] {
  const leaves = leavesOf(outputs);
  const width = Math.max(...leaves.map(([name]) => name.length), 0);
  return leaves.map(
    ([name, value]) => `  ${name.padEnd(width)}  ${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
}

function leavesOf(value: object): [path: string, value: unknown][] {
  return Object.entries(value).flatMap(([name, below]: [string, unknown]) =>
    typeof below === "object" && below !== null && !Array.isArray(below)
      ? leavesOf(below).map(([path, leaf]): [string, unknown] => [`${name}.${path}`, leaf])
      : [[name, below] as [string, unknown]],
  );
}

function title({ kind, stack }: Target, realNode: boolean): string {
  if (kind === "cluster") return `The ${stack} stack runs.`;
  const rehearsal = `The ${stack} stack runs on a rehearsal: the Kubernetes API is real`;
  return realNode
    ? `${rehearsal}, and so are the pods on the node "real"; all others are simulated.`
    : `${rehearsal}, nodes and pods are simulated.`;
}

function nextCommands({ target, kubeconfig }: Engine): string[] {
  const { kind, stack } = target;
  const where = `STACK=${stack}${kind === "cluster" ? ` KUBECONFIG=${kubeconfig}` : ""}`;
  return [
    `  look   make kubectl ${where} ARGS="get pods -A"`,
    `  read   make logs ${where} SERVICE=backend   (FOLLOW=1 goes on)`,
    `  verify make verify ${where}`,
    `  check  make status ${where}   (SECRETS=1 shows the secret outputs)`,
    `  end    make down ${where}`,
  ];
}
