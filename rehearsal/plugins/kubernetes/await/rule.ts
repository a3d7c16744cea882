import type { KubeObject } from "../objects/object.ts";

/** What a rule may look at beside the object itself. */
export interface View {
  /** Objects of one kind in a namespace. */
  list(apiVersion: string, kind: string, namespace?: string): Promise<readonly KubeObject[]>;
  /** The object has not changed for as long as endpoints must be still. */
  isSettled(object: KubeObject): boolean;
}

export interface Unready {
  readonly ready: false;
  /** What is missing, most important first. */
  readonly findings: readonly string[];
  /** Waiting longer is of no use. */
  readonly final?: true;
}

export type Verdict = { readonly ready: true; readonly warning?: string } | Unready;

/** When an object of one kind counts as ready. */
export interface Rule {
  check(object: KubeObject, view: View): Verdict | Promise<Verdict>;
  /** Further findings, gathered only when the wait has failed. */
  details?(object: KubeObject, view: View): readonly string[] | Promise<readonly string[]>;
  /** Seconds; replaces every other limit. */
  readonly fixedLimit?: number;
  /** First line of a failure. Default: "'NAME' timed out waiting to be Ready". */
  readonly timeoutText?: string;
}

export const READY: Verdict = { ready: true };

export function waiting(...findings: readonly string[]): Verdict {
  return { ready: false, findings };
}

export const GENERIC_TIMEOUT = "timed out waiting for the condition";
export const POLLED_TIMEOUT = "Timeout occurred polling";
