import type { Provider } from "../protocol/index.ts";

/** What the Helm side of the plugin needs to know of the configured cluster. */
export interface ReleaseContext {
  readonly kubeconfigPath: string;
  /** Context of that kubeconfig; its current one when absent. */
  readonly context?: string;
  /** Path of the helm executable. */
  readonly helm: string;
  readonly defaultNamespace: string;
  /** Tells the rest of the plugin which kinds a chart brings, so that the scope of its custom resources is known in previews. */
  registerCrdScopes(crds: readonly object[]): void;
}

export type ResourceMethods = Pick<Provider, "check" | "diff" | "create" | "read" | "update" | "delete">;
