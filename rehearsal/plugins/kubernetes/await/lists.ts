import type { Cluster } from "../client/cluster.ts";
import type { KubeObject } from "../objects/object.ts";

/**
 * Milliseconds until the next look at something that has been waited for so long already: soon at first, since most things
 * are ready at once, then less and less often, so that a hundred waits do not keep the API server busy.
 */
export function nextLook(waited: number): number {
  return Math.min(Math.max(waited / 4, 100), 1000);
}

/** Milliseconds a list may be shared. */
const SHARED = 200;

interface Fetch {
  readonly started: number;
  readonly items: Promise<KubeObject[]>;
}

/** Lists shared by all waits: however many resources wait, each collection is fetched a few times a second. */
export class Lists {
  readonly #cluster: Pick<Cluster, "list">;
  readonly #fetches = new Map<string, Fetch>();

  constructor(cluster: Pick<Cluster, "list">) {
    this.#cluster = cluster;
  }

  /** @param since `performance.now()` of the write that is waited for: an older list does not know of it */
  list(since: number, apiVersion: string, kind: string, namespace: string | undefined): Promise<KubeObject[]> {
    const key = `${apiVersion}/${kind}/${namespace ?? ""}`;
    const now = performance.now();
    const last = this.#fetches.get(key);
    if (last && last.started >= since && now - last.started < SHARED) return last.items;
    const items = this.#cluster.list(apiVersion, kind, namespace);
    this.#fetches.set(key, { started: now, items });
    return items;
  }
}
