import type { Call } from "../../rehearsal/plugins/protocol/index.ts";

export interface Conversation extends Call {
  readonly warnings: string[];
}

/** The engine's side of a call, remembering what the plugin said. */
export function conversation(): Conversation {
  const warnings: string[] = [];
  return {
    warnings,
    signal: new AbortController().signal,
    warn: (line) => warnings.push(line),
    status: () => undefined,
  };
}
