import type { PlannedPart } from "../../components/foundation/build.ts";

/** A line per database: how many connections its clients may open, of how many it takes. */
export function connectionLines(parts: readonly PlannedPart[]): string[] {
  return parts.flatMap((store) => {
    const { maxConnections } = store.keys as { maxConnections?: number };
    if (maxConnections === undefined) return [];
    const clients = parts.flatMap((client) => clientOf(client, store.name));
    const wanted = clients.reduce((sum, { most }) => sum + most, 0);
    const list = clients.map(({ name, most }) => `${name} ${most}`).join(", ") || "no clients";
    return [`  ${store.name}: at most ${wanted} of ${maxConnections} (${list})`];
  });
}

function clientOf({ name, keys, references }: PlannedPart, store: string): { name: string; most: number }[] {
  const links = references.filter(
    ({ to, as }) => as !== undefined && (to === store || to.startsWith(`${store}.`)),
  ).length;
  const {
    databaseConnectionsPerPod = 0,
    replicas,
    scale,
  } = keys as {
    databaseConnectionsPerPod?: number;
    replicas?: number | { max: number };
    scale?: { max: number };
  };
  const pods = scale?.max ?? (typeof replicas === "object" ? replicas.max : replicas) ?? 1;
  const most = links * pods * databaseConnectionsPerPod;
  return most > 0 ? [{ name, most }] : [];
}
