import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import { register } from "../plugins/language/ts-node/index.ts";
import { record, type Recorded } from "./record.ts";
import { type StackConfig, stackConfig } from "./stack-config.ts";

const require = createRequire(import.meta.url);

type ConfigModule = typeof import("../../components/config/index.ts");

/** The program's own loader, compiled as the engine compiles it. */
export function loader(): ConfigModule {
  register();
  return require("../../components/config/index.ts") as ConfigModule;
}

/**
 * Checks the text of a stack file as the program would.
 * @param file names it in messages
 * @throws ConfigError that names every mistake
 */
export function check(text: string, file: string): ReturnType<ConfigModule["parseConfig"]> {
  return loader().parseConfig(stackConfig(text), file);
}

/** Runs the program without engine, cluster or state, and returns what it would ask for. */
export async function recordProgram({ texts, secret }: StackConfig): Promise<Recorded> {
  register();
  pulumi.runtime.setAllConfig({ ...texts }, [...secret]);
  return record(() => require("../../index.ts") as unknown);
}
