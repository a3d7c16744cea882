import { run } from "../../rehearsal/process.ts";

interface Pod {
  readonly metadata: { readonly ownerReferences?: readonly { readonly kind: string }[] };
  readonly spec: { readonly containers: readonly { readonly resources?: { readonly requests?: Requests } }[] };
  readonly status: { readonly phase?: string };
}

interface Claim {
  readonly spec: { readonly resources: { readonly requests: { readonly storage: string } } };
}

interface Requests {
  readonly cpu?: string;
  readonly memory?: string;
}

const GIBIBYTES = { Mi: 1 / 1024, Gi: 1, Ti: 1024 } as const;

/**
 * What all pods and volumes of a cluster ask for, in the words of the READMEs: pods, vCPU, memory, volumes. Without what runs on every
 * node, which is a matter of the cluster.
 */
export async function requested([kubectl, ...args]: readonly [string, ...string[]]): Promise<string[]> {
  const all = async <T>(kind: string) =>
    (JSON.parse(await run(kubectl, [...args, "get", kind, "--all-namespaces", "-o", "json"])) as { items: T[] }).items;
  const pods = (await all<Pod>("pods")).filter(
    ({ metadata, status }) =>
      status.phase !== "Succeeded" && !metadata.ownerReferences?.some(({ kind }) => kind === "DaemonSet"),
  );
  const requests = pods.flatMap(({ spec }) => spec.containers.map(({ resources }) => resources?.requests ?? {}));
  const claims = await all<Claim>("persistentvolumeclaims");
  return [
    String(pods.length),
    sum(requests.map(({ cpu = "0" }) => cores(cpu))).toFixed(1),
    `${sum(requests.map(({ memory = "0Mi" }) => gibibytes(memory))).toFixed(0)} GiB`,
    `${sum(claims.map(({ spec }) => gibibytes(spec.resources.requests.storage))).toFixed(0)} GiB`,
  ];
}

function cores(cpu: string): number {
  return cpu.endsWith("m") ? Number(cpu.slice(0, -1)) / 1000 : Number(cpu);
}

function gibibytes(quantity: string): number {
  const unit = quantity.slice(-2);
  if (!(unit in GIBIBYTES)) throw new Error(`"${quantity}" is no quantity with Mi, Gi or Ti.`);
  return Number(quantity.slice(0, -2)) * GIBIBYTES[unit as keyof typeof GIBIBYTES];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
