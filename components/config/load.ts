import * as pulumi from "@pulumi/pulumi";
import type { PlannedPart, Stack } from "../foundation";
import { complete } from "./complete";
import { ConfigError, describeIssue } from "./errors";
import { type RawConfig, readRaw } from "./raw";
import { brokenReferences, Circle, declaredParts, duplicates, inOrder } from "./references";
import { brokenRules } from "./rules";
import { platform } from "../catalog";
import { type Keys, schema } from "./schema";
import { missingSecrets } from "./secrets";

/** A stack file, checked and completed. */
export interface Config extends Omit<Keys, "stores" | "models" | "services"> {
  /** Its stores, models and services, each after those it names. */
  readonly parts: readonly PlannedPart[];
}

/** Reads, checks and completes the stack's configuration. Throws a {@link ConfigError} that names every problem at once. */
export function loadConfig(): Config {
  const texts = pulumi.runtime.allConfig();
  const secret = new Set(Object.keys(texts).filter(isEncrypted));
  return parseConfig({ texts, secret }, `Pulumi.${pulumi.getStack()}.yaml`);
}

/** Whether the engine says that a key is encrypted. The SDK has the function, but leaves it out of its types. */
function isEncrypted(key: string): boolean {
  return (pulumi.runtime as unknown as { isConfigSecret(key: string): boolean }).isConfigSecret(key);
}

/** The value of an encrypted key; it stays secret in the state. */
export function secretOf(name: string): pulumi.Output<string> {
  return new pulumi.Config().requireSecret(name);
}

/** The configuration without Pulumi. */
export function parseConfig(raw: RawConfig, file: string): Config {
  const { values, secrets, problems } = readRaw(raw);
  const size = schema.shape.size.safeParse(values["size"]);
  const completed = complete(schema, values, size.data ?? "dev");
  const parsed = schema.safeParse(completed);
  const issues = parsed.success ? [] : parsed.error.issues.map((issue) => describeIssue(issue, completed));
  const lost = missingSecrets(completed, secrets, Object.keys(values));
  refuse(file, [...problems, ...issues, ...lost]);
  const { stores: _stores, models: _models, services: _services, ...keys } = parsed.data as Keys;
  return { ...keys, parts: planned(parsed.data as Keys, file) };
}

function planned(keys: Keys, file: string): PlannedPart[] {
  const declared = declaredParts(keys);
  refuse(file, duplicates(declared));
  const stack: Stack = {
    size: keys.size,
    protect: keys.protect,
    domain: keys.domain,
    platform: Object.fromEntries(Object.keys(platform).map((key) => [key, keys[key as keyof Keys]])),
    parts: new Map(declared.map((part) => [part.name, part])),
  };
  refuse(file, brokenReferences(stack));
  refuse(file, brokenRules(keys, stack));
  try {
    return inOrder(stack);
  } catch (error) {
    if (!(error instanceof Circle)) throw error;
    throw new ConfigError(file, [error.message]);
  }
}

function refuse(file: string, problems: readonly string[]): void {
  if (problems.length > 0) throw new ConfigError(file, problems);
}
