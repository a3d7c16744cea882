import { stringify } from "yaml";
import { type Config, ConfigError, parseConfig, type RawConfig } from "../../components/config";
import { rawConfig } from "./program";

/** Keys of a stack file; those without a prefix are the program's own. */
export type StackKeys = Readonly<Record<string, unknown>>;

/** How an encrypted value stands in a stack file. */
export const encrypted = { secure: "v1:ciphertext" };

/** The stack file as the engine hands it over. */
export function rawOf(keys: StackKeys): RawConfig {
  const config = Object.entries(keys).map(([key, value]) => [key.includes(":") ? key : `ai-platform:${key}`, value]);
  return rawConfig(stringify({ config: Object.fromEntries(config) as object }));
}

export function configOf(keys: StackKeys = {}): Config {
  return parseConfig(rawOf(keys), "Pulumi.test.yaml");
}

/** What the loader says about a stack file with mistakes. */
export function problemsOf(keys: StackKeys): string {
  try {
    configOf(keys);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("The stack file was accepted.");
}

/** The completed keys of one of its parts. */
export function partOf(keys: StackKeys, name: string): Readonly<Record<string, unknown>> {
  const part = configOf(keys).parts.find((one) => one.name === name);
  if (!part) throw new Error(`The stack file has no part "${name}".`);
  return part.keys;
}
