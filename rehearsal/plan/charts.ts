import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments, stringify } from "yaml";
import type { Recorded, Registered } from "../offline/record.ts";
import { run } from "../process.ts";
import { type Demand, mebibytes, ofPod, type Storage } from "./demand.ts";

interface Manifest {
  readonly kind: string;
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: { readonly spec: Parameters<typeof ofPod>[0] };
    readonly volumeClaimTemplates?: readonly {
      readonly spec: { readonly resources: { readonly requests: { readonly storage: string } } };
    }[];
  };
}

/** Renders every chart of a stack with its values, and adds up what the pods ask for. A DaemonSet counts for one node. */
export async function chartDemands(
  recorded: Recorded,
  helm: string,
): Promise<{ readonly demands: Demand[]; readonly storage: Storage[] }> {
  const rendered = await Promise.all(recorded.ofType("Release").map((release) => render(release, helm)));
  const manifests = rendered.flatMap(({ part, objects }) => objects.map((object) => ({ part, object })));
  return {
    demands: manifests.flatMap(({ part, object }) => demandOf(part, object)),
    storage: manifests.flatMap(({ part, object }) => storageOf(part, object)),
  };
}

async function render(release: Registered, helm: string): Promise<{ part: string; objects: Manifest[] }> {
  const { chart, name, namespace, values } = release.inputs as Record<string, string> & { values: object };
  const folder = await mkdtemp(join(tmpdir(), "plan-"));
  try {
    const file = join(folder, "values.yaml");
    await writeFile(file, stringify(values));
    const line = ["template", name ?? "", chart ?? "", "--namespace", namespace ?? "", "--values", file];
    const text = await run(helm, [...line, "--kube-version", "1.36.0"]);
    const objects = parseAllDocuments(text).map((document) => document.toJS() as Manifest | null);
    return { part: release.name, objects: objects.filter((object) => object !== null) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function demandOf(part: string, { kind, spec }: Manifest): Demand[] {
  const replicas = spec?.replicas ?? 1;
  const pods = { min: replicas, max: replicas };
  if (["Deployment", "StatefulSet", "DaemonSet"].includes(kind) && spec?.template)
    return [{ part, pods, ...ofPod(spec.template.spec) }];
  return [];
}

function storageOf(part: string, { spec }: Manifest): Storage[] {
  const replicas = spec?.replicas ?? 1;
  return (spec?.volumeClaimTemplates ?? []).map((template) => ({
    part,
    mebibytes: replicas * mebibytes(template.spec.resources.requests.storage),
  }));
}
