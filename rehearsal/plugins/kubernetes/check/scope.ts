import { NoMatch, Unreachable } from "../client/errors.ts";
import type { Cluster } from "../client/cluster.ts";
import { CLUSTER_SCOPED, groupOf, isBuiltIn } from "../objects/built-in.ts";

interface Definition {
  readonly kind?: string;
  readonly spec?: { readonly group?: string; readonly scope?: string; readonly names?: { readonly kind?: string } };
}

/** Knows which kinds live in namespaces, those of definitions that are only about to be created included. */
export class Scopes {
  readonly #cluster: Pick<Cluster, "kind">;
  readonly #defined = new Map<string, boolean>();

  constructor(cluster: Pick<Cluster, "kind">) {
    this.#cluster = cluster;
  }

  /** Remembers what custom resource definitions say of their kinds; other objects are ignored. */
  register(objects: readonly object[]): void {
    for (const { kind, spec } of objects as readonly Definition[]) {
      if (kind !== "CustomResourceDefinition" || !spec?.group || !spec.names?.kind) continue;
      this.#defined.set(`${spec.group}/${spec.names.kind}`, spec.scope !== "Cluster");
    }
  }

  /** A kind nobody knows counts as namespaced. */
  async isNamespaced(apiVersion: string, kind: string): Promise<boolean> {
    if (isBuiltIn(apiVersion) && CLUSTER_SCOPED.has(kind)) return false;
    const defined = this.#defined.get(`${groupOf(apiVersion)}/${kind}`);
    if (defined !== undefined) return defined;
    if (isBuiltIn(apiVersion)) return true;
    try {
      return (await this.#cluster.kind(apiVersion, kind)).namespaced;
    } catch (error) {
      if (error instanceof NoMatch || error instanceof Unreachable) return true;
      throw error;
    }
  }
}
