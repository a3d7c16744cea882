import { NoMatch } from "./errors.ts";
import type { Http } from "./http.ts";

export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  /** Path segment: `deployments`. */
  readonly plural: string;
  readonly namespaced: boolean;
}

interface GroupList {
  readonly items: readonly {
    readonly metadata: { readonly name?: string };
    readonly versions: readonly {
      readonly version: string;
      readonly resources?: readonly {
        readonly resource: string;
        readonly scope: "Namespaced" | "Cluster";
        readonly responseKind?: { readonly kind: string };
      }[];
    }[];
  }[];
}

const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** What kinds the server has; fetched once, and again when a kind is missing. */
export class Discovery {
  readonly #http: Http;
  #kinds: Promise<Map<string, Kind>> | undefined;
  /** Concurrent callers share one fetch. */
  #pending: Promise<Map<string, Kind>> | undefined;

  constructor(http: Http) {
    this.#http = http;
  }

  /** @throws NoMatch when the server does not have the kind; Unreachable */
  async find(apiVersion: string, kind: string): Promise<Kind> {
    const key = `${apiVersion}/${kind}`;
    const known = this.#kinds && (await this.#kinds.catch(() => undefined))?.get(key);
    if (known) return known;
    const found = (await this.#refresh()).get(key);
    if (!found) throw new NoMatch(apiVersion, kind);
    return found;
  }

  #refresh(): Promise<Map<string, Kind>> {
    this.#pending ??= fetchKinds(this.#http).finally(() => (this.#pending = undefined));
    this.#kinds = this.#pending;
    return this.#pending;
  }
}

async function fetchKinds(http: Http): Promise<Map<string, Kind>> {
  const [core, groups] = await Promise.all(
    ["/api", "/apis"].map((path) => http.send<GroupList>({ method: "GET", path, accept: AGGREGATED })),
  );
  const kinds = new Map<string, Kind>();
  for (const group of [...(core?.items ?? []), ...(groups?.items ?? [])]) {
    for (const { version, resources = [] } of group.versions) {
      const apiVersion = group.metadata.name ? `${group.metadata.name}/${version}` : version;
      for (const { resource, scope, responseKind } of resources) {
        if (!responseKind) continue;
        const kind = { apiVersion, kind: responseKind.kind, plural: resource, namespaced: scope === "Namespaced" };
        kinds.set(`${apiVersion}/${responseKind.kind}`, kind);
      }
    }
  }
  return kinds;
}
