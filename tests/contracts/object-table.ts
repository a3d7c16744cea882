import { parseAllDocuments } from "yaml";

/** What others may rely on of one object of a chart: its key is kind and name. */
export type Facts = Readonly<Record<string, unknown>>;
export type ObjectTable = Readonly<Record<string, Facts>>;

/** Marks what an operator creates on a real cluster, where the chart does not. */
export const MADE_BY = "rehearsal.ai-platform/made-by";

type Labels = Readonly<Record<string, string>>;

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Labels };
  readonly spec?: unknown;
}

interface WorkloadSpec {
  readonly replicas?: number;
  readonly serviceName?: string;
  readonly selector: { readonly matchLabels: Labels };
  readonly template: {
    readonly metadata: { readonly labels: Labels };
    readonly spec: { readonly serviceAccountName: string; readonly containers: readonly Container[] };
  };
}

interface Container {
  readonly name: string;
  readonly resources?: { readonly requests?: object; readonly limits?: object } | null;
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
}

interface ServiceSpec {
  readonly type?: string;
  readonly clusterIP?: string;
  readonly selector: Labels;
  readonly ports: readonly { readonly name: string; readonly port: number }[];
}

interface BudgetSpec {
  readonly selector: { readonly matchLabels: Labels };
  readonly minAvailable?: number;
  readonly maxUnavailable?: number;
}

/** Labels that say who made an object, and with which version: they change with every pin, and nobody selects by them. */
const OF_THE_MAKER = [
  "helm.sh/chart",
  "app.kubernetes.io/version",
  "app.kubernetes.io/managed-by",
  "chart",
  "heritage",
];

const facts: Readonly<Record<string, (spec: never) => Facts>> = {
  Deployment: workload,
  StatefulSet: workload,
  DaemonSet: workload,
  Service: ({ type = "ClusterIP", clusterIP, selector, ports }: ServiceSpec) => ({
    type,
    headless: clusterIP === "None",
    selector,
    ports: Object.fromEntries(ports.map(({ name, port }) => [name, port])),
  }),
  PodDisruptionBudget: ({ selector, minAvailable, maxUnavailable }: BudgetSpec) => ({
    selector: selector.matchLabels,
    minAvailable,
    maxUnavailable,
  }),
};

/** Reads the table from what Helm renders. Hooks are left out: they come and go. So is what an operator would make. */
export function objectTable(rendered: string): ObjectTable {
  const manifests = parseAllDocuments(rendered).flatMap((document) => (document.toJS() as Manifest | null) ?? []);
  const entries = manifests.flatMap(({ kind, metadata: { name, annotations }, spec }) => {
    const read = facts[kind];
    const leftOut = annotations?.["helm.sh/hook"] ?? annotations?.[MADE_BY];
    return read && leftOut === undefined ? [[`${kind}/${name}`, read(spec as never)] as const] : [];
  });
  // Through text, so that a table that was read from a file equals one that was not.
  return JSON.parse(JSON.stringify(Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))))) as ObjectTable;
}

function workload({ replicas, serviceName, selector, template: { metadata, spec } }: WorkloadSpec): Facts {
  const labels = Object.entries(metadata.labels).filter(([key]) => !OF_THE_MAKER.includes(key));
  return {
    replicas,
    serviceName,
    serviceAccount: spec.serviceAccountName,
    selector: selector.matchLabels,
    labels: Object.fromEntries(labels),
    containers: Object.fromEntries(
      spec.containers.map(({ name, ports = [], resources }) => [
        name,
        { ports: Object.fromEntries(ports.map((port) => [port.name, port.containerPort])), ...amounts(resources) },
      ]),
    ),
  };
}

/** Requests and limits, unless they are empty: some charts write that out. */
function amounts(resources: Container["resources"]): Facts {
  return Object.fromEntries(Object.entries(resources ?? {}).filter(([, amount]) => Object.keys(amount).length > 0));
}
