import type { KubeObject } from "../objects/object.ts";
import { Discovery, type Kind } from "./discovery.ts";
import type { Http } from "./http.ts";

export interface Reference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

export interface WriteOptions {
  readonly fieldManager: string;
  readonly dryRun: boolean;
}

export function referenceTo({ apiVersion, kind, metadata }: KubeObject): Reference {
  return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}

/**
 * The requests the plugin makes. Writes ask for strict field validation: a field the kind does not have is an error.
 * All methods throw ApiError, NoMatch or Unreachable.
 */
export class Cluster {
  readonly #http: Http;
  readonly #discovery: Discovery;

  constructor(http: Http) {
    this.#http = http;
    this.#discovery = new Discovery(http);
  }

  kind(apiVersion: string, kind: string): Promise<Kind> {
    return this.#discovery.find(apiVersion, kind);
  }

  async get(reference: Reference): Promise<KubeObject> {
    return this.#http.send<KubeObject>({ method: "GET", path: await this.#pathTo(reference) });
  }

  /** @param namespace all namespaces, or a kind without them, when absent */
  async list(apiVersion: string, kind: string, namespace?: string): Promise<KubeObject[]> {
    const path = collectionPath(await this.kind(apiVersion, kind), namespace);
    const { items } = await this.#http.send<{ items: KubeObject[] }>({ method: "GET", path });
    // Items of a list do not repeat what they are.
    return items.map((item) => ({ ...item, apiVersion, kind }));
  }

  async create(object: KubeObject, options: WriteOptions): Promise<KubeObject> {
    const path = collectionPath(await this.kind(object.apiVersion, object.kind), object.metadata.namespace);
    return this.#http.send<KubeObject>({ method: "POST", path: path + query(options), body: object });
  }

  /** Server-side apply. */
  async apply(object: KubeObject, options: WriteOptions & { readonly force: boolean }): Promise<KubeObject> {
    const path = await this.#pathTo(referenceTo(object));
    return this.#http.send<KubeObject>({
      method: "PATCH",
      path: `${path}${query(options)}&force=${options.force}`,
      body: object,
      contentType: "application/apply-patch+yaml",
    });
  }

  async replace(object: KubeObject, options: WriteOptions): Promise<KubeObject> {
    const path = await this.#pathTo(referenceTo(object));
    return this.#http.send<KubeObject>({ method: "PUT", path: path + query(options), body: object });
  }

  async jsonPatch(reference: Reference, operations: readonly object[]): Promise<KubeObject> {
    return this.#http.send<KubeObject>({
      method: "PATCH",
      path: await this.#pathTo(reference),
      body: operations,
      contentType: "application/json-patch+json",
    });
  }

  async delete(reference: Reference, propagationPolicy: "Foreground" | "Background" | "Orphan"): Promise<void> {
    const body = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy };
    await this.#http.send({ method: "DELETE", path: await this.#pathTo(reference), body });
  }

  async #pathTo({ apiVersion, kind, namespace, name }: Reference): Promise<string> {
    return `${collectionPath(await this.kind(apiVersion, kind), namespace)}/${encodeURIComponent(name)}`;
  }
}

function collectionPath({ apiVersion, plural, namespaced }: Kind, namespace: string | undefined): string {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return namespaced && namespace ? `${root}/namespaces/${namespace}/${plural}` : `${root}/${plural}`;
}

function query({ fieldManager, dryRun }: WriteOptions): string {
  const parameters = new URLSearchParams({ fieldManager, fieldValidation: "Strict", ...(dryRun && { dryRun: "All" }) });
  return `?${parameters}`;
}
