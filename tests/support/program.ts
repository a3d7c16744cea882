import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { record, type Recorded } from "./mocks";

const ROOT = resolve(__dirname, "../..");

/** Keys and values of a stack file as the engine hands them over: text, structured values as JSON. */
export function stackConfig(stack: string): Record<string, string> {
  const { config } = parse(readFileSync(resolve(ROOT, `Pulumi.${stack}.yaml`), "utf8")) as {
    config: Record<string, unknown>;
  };
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, text(value)]));
}

/** Runs the whole program with a stack file, some of whose keys have other values. Once per test file: the program is a module, and modules run once. */
export async function recordStack(stack: string, keys: Readonly<Record<string, string>> = {}): Promise<Recorded> {
  pulumi.runtime.setAllConfig({ ...stackConfig(stack), ...keys });
  // Imported late: the program starts as it is loaded, and the mocks must be there before.
  return record(() => jest.requireActual("../../index"));
}
