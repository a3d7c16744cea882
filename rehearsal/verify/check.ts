import type { Cluster } from "./cluster.ts";

/** What a check found, in words. Only `holds` counts as passed. */
export interface Outcome {
  /**
   * `simulated`: nothing speaks against it, but the pods that would have to answer are simulated.
   * `absent`: the stack has no such part.
   */
  readonly verdict: "holds" | "fails" | "simulated" | "absent";
  readonly detail: string;
}

/** One promise of a running stack, and how it is looked at. It changes nothing. */
export interface Check {
  readonly title: string;
  /** @param namespace where the stack's own parts run */
  readonly look: (cluster: Cluster, namespace: string) => Promise<Outcome>;
}

export const holds = (detail: string): Outcome => ({ verdict: "holds", detail });
export const absent = (detail: string): Outcome => ({ verdict: "absent", detail });

/** The first few faults, and how many there are. */
export function fails(faults: readonly string[]): Outcome {
  const [first = "", second, third] = faults;
  const shown = [first, second, third].filter((fault) => fault !== undefined).join("; ");
  return { verdict: "fails", detail: faults.length > 3 ? `${shown}; and ${faults.length - 3} more` : shown };
}

/** Fails with the faults; without any, holds, unless what would tell the truth is only simulated. */
export function judge(faults: readonly string[], detail: string, simulated = false): Outcome {
  if (faults.length > 0) return fails(faults);
  return simulated ? { verdict: "simulated", detail } : holds(detail);
}
