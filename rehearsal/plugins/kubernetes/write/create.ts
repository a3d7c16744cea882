import { setTimeout as pause } from "node:timers/promises";
import type { Call } from "../../protocol/index.ts";
import type { Cluster, WriteOptions } from "../client/cluster.ts";
import { isApiError, NoMatch } from "../client/errors.ts";
import { describe, type KubeObject } from "../objects/object.ts";

/** Objects and the definitions or namespaces they need are often created side by side. */
const ATTEMPTS = 6;

export interface Retry {
  /** Milliseconds before the second attempt; doubled each time. */
  readonly pause: number;
  readonly call: Pick<Call, "signal" | "status">;
}

/** Name that owns the fields of an object until its first update. */
export const CREATOR = "pulumi-kubernetes";

/**
 * Creates the object, waiting for its namespace or kind to appear.
 * @throws Error when it exists already, when the server refuses it, or when the wait ends
 */
export async function create(cluster: Cluster, object: KubeObject, retry: Retry): Promise<KubeObject> {
  const options: WriteOptions = { fieldManager: CREATOR, dryRun: false };
  for (let attempt = 1; ; attempt++) {
    try {
      return await cluster.create(object, options);
    } catch (error) {
      if (!isMissingParent(error) || attempt === ATTEMPTS) throw explain(error, object);
      retry.call.status(`Retry #${attempt}; ${error.message}`);
    }
    await pause(retry.pause * 2 ** (attempt - 1), undefined, { signal: retry.call.signal });
  }
}

function isMissingParent(error: unknown): error is Error {
  return error instanceof NoMatch || isApiError(error, "NotFound");
}

function explain(error: unknown, object: KubeObject): unknown {
  if (error instanceof NoMatch) {
    return new Error(
      `creation of resource failed because the Kubernetes API server reported that the apiVersion for this resource does not exist. Verify that any required CRDs have been created: ${error.message}`,
    );
  }
  if (!isApiError(error, "AlreadyExists")) return error;
  return new Error(
    [
      `${describe(object)} already exists in the cluster: ${error.message}. To continue, do one of these:`,
      "  - bring it under management with the resource option `import`",
      "  - give the resource it was renamed from as `aliases`, if the program owns it under another name",
      "  - delete it, if nothing needs it",
      "  - leave out metadata.name, so that each object gets a name of its own",
    ].join("\n"),
  );
}
