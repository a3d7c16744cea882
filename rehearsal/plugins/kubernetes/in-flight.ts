import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isObject, type Properties, type ResourceRequest, revealAll } from "../protocol/index.ts";

/** The engine's words for what it is doing to a resource. */
type Operation = "creating" | "updating" | "deleting";

/**
 * Notes on disk what is being done to the cluster while it is done. The engine notes it too, but forgets it when the
 * plugin dies: what was half made would then be in nobody's books. A note has the form of the engine's pending
 * operations, and of the resource only what names it: nothing secret is written.
 */
export class InFlight {
  readonly #folder: string | undefined;
  #begun = 0;

  /** @param folder where notes are kept; without it there are none */
  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  async during<T>(
    type: Operation,
    resource: ResourceRequest,
    properties: Properties,
    work: () => Promise<T>,
  ): Promise<T> {
    if (this.#folder === undefined) return work();
    const file = join(this.#folder, `${process.pid}-${++this.#begun}.json`);
    const note = { type, resource: { urn: resource.urn, type: resource.type, inputs: identity(properties) } };
    await mkdir(this.#folder, { recursive: true });
    await writeFile(file, JSON.stringify(note));
    try {
      return await work();
    } finally {
      await rm(file, { force: true });
    }
  }
}

/** Where an object or a Helm release is. */
function identity(properties: Properties): object {
  const { apiVersion, name, namespace, metadata } = revealAll(properties);
  const own = isObject(metadata) ? metadata : {};
  return { apiVersion, name, namespace, metadata: { name: own["name"], namespace: own["namespace"] } };
}
