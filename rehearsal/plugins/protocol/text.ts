import type { Properties } from "./properties.ts";

/** The text under a name; empty when there is none. Numbers and booleans are written out. */
export function textOf(properties: Properties, name: string): string {
  const value = properties[name];
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}
