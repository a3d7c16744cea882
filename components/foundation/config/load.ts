import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { merge } from "../release";
import { crossChecks } from "./cross-checks";
import { ConfigError, describeIssue } from "./errors";
import { type Config, schema, secretKeys } from "./schema";
import { sizes } from "./sizes";

/** Reads, checks and completes the stack's configuration. Throws a {@link ConfigError} that names every problem at once. */
export function loadConfig(): Config {
  const prefix = `${pulumi.getProject()}:`;
  const entries = Object.entries(pulumi.runtime.allConfig())
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => [key.slice(prefix.length), value] as const);
  return parseConfig(Object.fromEntries(entries), `Pulumi.${pulumi.getStack()}.yaml`);
}

/** A value that is encrypted in the stack file; it stays secret in the state. */
export function secretConfig(key: (typeof secretKeys)[number]): pulumi.Output<string> | undefined {
  return new pulumi.Config().getSecret(key);
}

/** The configuration without Pulumi: `texts` maps each key to its value as text, structured ones as JSON. */
export function parseConfig(texts: Readonly<Record<string, string>>, file: string): Config {
  const isSecret = (key: string) => (secretKeys as readonly string[]).includes(key);
  const raw = Object.fromEntries(
    Object.entries(texts)
      .filter(([key]) => !isSecret(key))
      .map(([key, text]) => [key, fromText(key, text)]),
  );
  const complete = withPreset(raw);
  const parsed = schema.safeParse(complete);
  if (!parsed.success)
    throw new ConfigError(
      file,
      parsed.error.issues.map((issue) => describeIssue(issue, complete)),
    );
  const problems = crossChecks(parsed.data, Object.keys(texts).filter(isSecret));
  if (problems.length > 0) throw new ConfigError(file, problems);
  return parsed.data;
}

/** Pulumi hands every value over as text. Keys that the schema declares as text stay so; all others are JSON. */
function fromText(key: string, text: string): unknown {
  const field = (schema.shape as Record<string, z.ZodType | undefined>)[key];
  if (!field || field.safeParse(text).success) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Explicit keys win. A store of another kind takes over nothing but what its kind has too. */
function withPreset(raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const preset = sizes[(raw["size"] as keyof typeof sizes | undefined) ?? "dev"] ?? sizes.dev;
  return merge({ ...preset, postgres: postgresPreset(raw["postgres"], preset.postgres) }, raw);
}

function postgresPreset(raw: unknown, preset: { storageGiB: number; memoryMiB: number }): object {
  const kind = typeof raw === "object" && raw !== null && "kind" in raw ? raw.kind : "cluster";
  if (kind === "external") return {};
  const { storageGiB, memoryMiB } = preset;
  return kind === "single" ? { storageGiB, memoryMiB } : preset;
}
