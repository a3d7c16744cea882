import { type Cluster, type Reference, referenceTo } from "../client/cluster.ts";
import { isApiError } from "../client/errors.ts";
import { annotationOf, describe, type KubeObject } from "../objects/object.ts";
import { withIgnored } from "./ignore.ts";
import { hasCreatorEntry, takeOver } from "./managers.ts";

const VERSION_ATTEMPTS = 5;

export interface UpdateOptions {
  readonly fieldManager: string;
  readonly ignoreChanges: readonly string[];
  readonly preview: boolean;
  /** Take fields from other managers in every update. */
  readonly alwaysForce: boolean;
}

/**
 * Server-side apply under the resource's own manager; a CustomResourceDefinition is replaced as a whole.
 * @throws Error when another manager holds a field with another value, or when the server refuses the object
 */
export async function update(cluster: Cluster, object: KubeObject, options: UpdateOptions): Promise<KubeObject> {
  const reference = referenceTo(object);
  const { fieldManager, preview } = options;
  const write = { fieldManager, dryRun: preview };
  if (object.kind === "CustomResourceDefinition") {
    return withLive(cluster, reference, ({ metadata: { resourceVersion = "" } }) =>
      cluster.replace({ ...object, metadata: { ...object.metadata, resourceVersion } }, write),
    );
  }
  const live = preview ? await cluster.get(reference) : await takeOverFields(cluster, reference, fieldManager);
  const wanted = withIgnored(object, live, options.ignoreChanges, fieldManager);
  const force = isForced(object, live, options);
  try {
    return await cluster.apply(wanted, { ...write, force });
  } catch (error) {
    throw isApiError(error, "Conflict") ? conflict(object, fieldManager, error) : error;
  }
}

function takeOverFields(cluster: Cluster, reference: Reference, manager: string): Promise<KubeObject> {
  return withLive(cluster, reference, async (live) => {
    const managedFields = takeOver(live, manager);
    if (!managedFields) return live;
    return cluster.jsonPatch(reference, [
      { op: "replace", path: "/metadata/managedFields", value: managedFields },
      { op: "replace", path: "/metadata/resourceVersion", value: live.metadata.resourceVersion },
    ]);
  });
}

/** Controllers write status while we read, so a write bound to a version is tried again when the object changed meanwhile. */
async function withLive(
  cluster: Cluster,
  reference: Reference,
  write: (live: KubeObject) => Promise<KubeObject>,
): Promise<KubeObject> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await write(await cluster.get(reference));
    } catch (error) {
      if (!isApiError(error, "Conflict") || attempt === VERSION_ATTEMPTS) throw error;
    }
  }
}

/** A preview may not move fields first, so it looks past those still held by the creating write. */
function isForced(object: KubeObject, live: KubeObject, { preview, alwaysForce }: UpdateOptions): boolean {
  if (alwaysForce || annotationOf(object, "patchForce") === "true") return true;
  if ((live.metadata.managedFields ?? []).length === 0) return true;
  return preview && hasCreatorEntry(live);
}

function conflict(object: KubeObject, manager: string, error: Error): Error {
  return new Error(
    [
      `field conflict detected on ${describe(object)}: another manager holds a field with another value.`,
      "Remove the field from the program or ignore it with `ignoreChanges`, or take it with the annotation",
      `pulumi.com/patchForce: "true". See https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources`,
      `Our manager is "${manager}". The server says: ${error.message}`,
    ].join("\n"),
  );
}
