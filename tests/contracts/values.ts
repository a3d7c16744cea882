import { closest } from "fastest-levenshtein";
import { pins } from "../../rehearsal/charts/pins.ts";
import { readTable } from "./tables";
import type { ValueTable, ValueType } from "./value-table.ts";

/**
 * Throws unless the chart knows every key of the values and takes values of that type. Helm itself says nothing about a
 * misspelt key: the chart just keeps its default.
 */
export function assertKnownValues(chart: string, values: object): void {
  const problems = unknownValues(table(chart), values, "");
  if (problems.length === 0) return;
  throw new Error(`The chart ${chart} does not know these values:\n${problems.map((line) => `  ${line}`).join("\n")}`);
}

function table(chart: string): ValueTable {
  const pin = Object.values(pins).find(({ name }) => name === chart);
  if (!pin)
    throw new Error(
      `"${chart}" is no pinned chart; those are ${Object.values(pins)
        .map((one) => one.name)
        .join(", ")}.`,
    );
  return readTable("values", pin) as ValueTable;
}

function unknownValues(known: ValueTable, values: object, path: string): string[] {
  return Object.entries(values).flatMap(([key, value]: [string, unknown]) => {
    if (value === undefined) return [];
    const entry = known[key] ?? known["*"];
    if (entry === undefined) return [`${path}${key} is unknown${suggestion(Object.keys(known), key, path)}`];
    if (typeof entry === "string") return mistyped(entry, value, `${path}${key}`);
    return isRecord(value)
      ? unknownValues(entry, value, `${path}${key}.`)
      : [`${path}${key} is ${nameOf(value)}, but takes a record with ${Object.keys(entry).join(", ")}`];
  });
}

function suggestion(known: readonly string[], key: string, path: string): string {
  return known.length === 0 ? "" : `; the nearest known key is ${path}${closest(key, known)}`;
}

function mistyped(type: ValueType, value: unknown, path: string): string[] {
  const actual = nameOf(value);
  const fits = type
    .split("|")
    .some((one) => one === "any" || one === actual || (one === "scalar" && !["map", "array"].includes(actual)));
  // Helm reads null as "remove the chart's default", whatever the type.
  return fits || value === null ? [] : [`${path} is ${actual}, but takes ${type}`];
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return isRecord(value) ? "map" : typeof value;
}

function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
