import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One resource of a stack as its golden file has it. */
export interface Entry {
  readonly resource: string;
  readonly inputs?: Readonly<Record<string, unknown>> & { readonly apiVersion?: string; readonly kind?: string };
}

export const stacks = ["dev", "prod"] as const;

export function goldenEntries(stack: (typeof stacks)[number]): readonly Entry[] {
  return JSON.parse(readFileSync(join(__dirname, "..", "golden", `${stack}.json`), "utf8")) as Entry[];
}
