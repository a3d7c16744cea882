import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import type { Target } from "./target.ts";

/** Namespace of a stack's own parts, as its stack file says. */
export async function namespaceOf({ stackFile }: Pick<Target, "stackFile">): Promise<string> {
  const { config = {} } = parse(await readFile(stackFile, "utf8")) as { config?: Readonly<Record<string, unknown>> };
  const { name } = (config["ai-platform:namespace"] ?? {}) as { name?: string };
  return name ?? (config["ai-platform:system"] as string | undefined) ?? "ai-platform";
}
