import { readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { RawConfig } from "../../components/config";
import { stackConfig as configOf } from "../../rehearsal/offline/stack-config";
import { stackFiles } from "../../rehearsal/stack-files";
import { kept } from "./kept";
import { record, type Recorded } from "./mocks";

const ROOT = resolve(__dirname, "../..");

/** Every stack file of the project: name and path from its root. */
export const stacks: readonly (readonly [name: string, file: string])[] = stackFiles(ROOT).map(({ stack, file }) => [
  stack,
  relative(ROOT, file),
]);

/** The keys of a stack file as the engine hands them over: text, structured values as JSON, encrypted ones decrypted. */
export function stackConfig(stack: string): RawConfig {
  const file = stacks.find(([name]) => name === stack)?.[1];
  if (file === undefined)
    throw new Error(`There is no stack "${stack}"; there are ${stacks.map(([name]) => name).join(", ")}.`);
  return rawConfig(readFileSync(resolve(ROOT, file), "utf8"));
}

/** The same, from the text of a stack file. */
export const rawConfig: (text: string) => RawConfig = configOf;

/** Runs the whole program with a stack file, some of whose keys have other values. */
export function recordStack(stack: string, keys: Readonly<Record<string, string>> = {}): Promise<Recorded> {
  const { texts, secret } = stackConfig(stack);
  return recordConfig({ texts: { ...texts, ...keys }, secret });
}

/**
 * The same with a configuration of a test's own. What it comes to is kept until a source of the program changes: many tests look at the
 * same stacks, and a run takes seconds.
 */
export function recordConfig({ texts, secret }: RawConfig): Promise<Recorded> {
  return kept(JSON.stringify([texts, [...secret]]), () => {
    // The program is a module: it starts as it is loaded, and only then, so it must be loaded anew, after the mocks are there.
    jest.resetModules();
    pulumi.runtime.setAllConfig({ ...texts }, [...secret]);
    return record(() => jest.requireActual("../../index"));
  });
}
