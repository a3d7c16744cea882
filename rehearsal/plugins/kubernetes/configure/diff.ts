import { isDeepStrictEqual } from "node:util";
import {
  type DiffRequest,
  type DiffResult,
  type Properties,
  type PropertyChange,
  revealAll,
  UNKNOWN,
} from "../../protocol/index.ts";
import { loadKubeconfig } from "../client/kubeconfig.ts";

/** Another cluster means other objects: everything is created anew there. Every other change leaves the objects alone. */
export function diffConfig(request: DiffRequest): DiffResult {
  const before = revealAll(request.oldInputs);
  const after = revealAll(request.inputs);
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...keys].filter((key) => !isDeepStrictEqual(before[key], after[key]));
  const replaces = new Set(replacing(before, after));
  const changes = changed.map((key): [string, PropertyChange] => [
    key,
    { kind: kindOf(before[key], after[key]), replaces: replaces.has(key) },
  ]);
  return { changed: changed.length > 0, changes: Object.fromEntries(changes), replaces: [...replaces] };
}

function kindOf(before: unknown, after: unknown): PropertyChange["kind"] {
  if (before === undefined) return "add";
  return after === undefined ? "delete" : "update";
}

function replacing(before: Properties, after: Properties): string[] {
  const [oldIdentifier, identifier] = [before["clusterIdentifier"], after["clusterIdentifier"]];
  if (oldIdentifier && identifier) return oldIdentifier === identifier ? [] : ["clusterIdentifier"];
  const unknown = ["kubeconfig", "context", "cluster"].filter((key) => after[key] === UNKNOWN);
  if (unknown.length > 0) return unknown;
  const [oldCluster, cluster] = [clusterOf(before), clusterOf(after)];
  return oldCluster && cluster && !isDeepStrictEqual(oldCluster, cluster) ? ["kubeconfig"] : [];
}

/** The entry of the active cluster; undefined when the configuration does not lead to one. */
function clusterOf(properties: Properties): object | undefined {
  const text = (key: string) => (typeof properties[key] === "string" ? { [key]: properties[key] } : {});
  try {
    return loadKubeconfig({ ...text("kubeconfig"), ...text("context"), ...text("cluster") }).cluster;
  } catch {
    return undefined;
  }
}
