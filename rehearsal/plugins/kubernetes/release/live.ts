import { parseAllDocuments } from "yaml";
import { copySecrecy, isObject, type Properties, revealAll, Secret, UNKNOWN } from "../../protocol/index.ts";
import { type Helm, isNotFound } from "./helm.ts";
import { mergeValues } from "./inputs.ts";

/** Where a release is. */
export interface ReleaseName {
  readonly namespace: string;
  readonly name: string;
}

/** One revision of a release, as the cluster has it. */
export interface Revision {
  readonly revision: number;
  /** `deployed`, `failed`, `pending-upgrade`, ... */
  readonly status: string;
  readonly chart: string;
  readonly version: string;
  readonly appVersion: string;
  /** Values given by the user, without the chart's own. */
  readonly values: Properties;
  readonly manifest: string;
}

/** @returns undefined when there is no such release, or no such revision of it */
export async function lookUp(
  helm: Helm,
  { namespace, name }: ReleaseName,
  revision?: number,
): Promise<Revision | undefined> {
  const which = [name, "--namespace", namespace, ...(revision === undefined ? [] : ["--revision", String(revision)])];
  try {
    const [metadata, status] = await Promise.all([
      helm.run(["get", "metadata", ...which, "--output", "json"]),
      helm.run(["status", ...which, "--output", "json"]),
    ]);
    const { config, manifest } = JSON.parse(status) as { config?: Properties; manifest: string };
    return { ...(JSON.parse(metadata) as Omit<Revision, "values" | "manifest">), values: config ?? {}, manifest };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Outputs that are no inputs. */
export const COMPUTED: ReadonlySet<string> = new Set(["status", "resourceNames", "__inputs"]);

/** What the plugin records of a release. */
export function outputsOf(inputs: Properties, { namespace, name }: ReleaseName, live: Revision): Properties {
  const { revision, status, chart, version, appVersion } = live;
  const given = revealAll(inputs)["values"];
  const outputs = {
    ...inputs,
    version,
    values: mergeValues(isObject(given) ? given : {}, live.values),
    resourceNames: resourceNames(live.manifest),
    status: { name, namespace, revision, status, chart, version, appVersion },
  };
  return { ...(copySecrecy(inputs, outputs) as Properties), ...remembered(inputs) };
}

/** The same before anything has happened. */
export function plannedOutputs(inputs: Properties): Properties {
  return { ...inputs, resourceNames: UNKNOWN, status: UNKNOWN, ...remembered(inputs) };
}

function remembered(inputs: Properties): Properties {
  return { __inputs: new Secret(revealAll(inputs)) };
}

/** Names of the objects in a manifest, by kind: `{"Service/v1": ["ns/name"], "Deployment.apps/apps/v1": ["name"]}`. */
export function resourceNames(manifest: string): Properties {
  const names: { [kind: string]: string[] } = {};
  for (const document of parseAllDocuments(manifest)) {
    const object = document.toJS() as Manifest | null;
    if (!object?.kind || !object.apiVersion) continue;
    const group = object.apiVersion.includes("/") ? `.${object.apiVersion.split("/")[0]}` : "";
    const { namespace, name = "" } = object.metadata ?? {};
    (names[`${object.kind}${group}/${object.apiVersion}`] ??= []).push(namespace ? `${namespace}/${name}` : name);
  }
  return Object.fromEntries(Object.entries(names).map(([kind, list]) => [kind, list.sort()]));
}

interface Manifest {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}
