import { RunError } from "@pulumi/pulumi";
import type { z } from "zod";

type Issue = z.core.$ZodIssue;

/** Everything wrong with a stack file, told at once and before the first resource is registered. Pulumi prints it without a stack trace. */
export class ConfigError extends RunError {
  constructor(file: string, problems: readonly string[]) {
    super(`${problems.map((problem) => `${file}: ${problem}`).join("\n")}\nNothing was created.`);
    this.name = "ConfigError";
  }
}

/** One problem as a sentence: key, value, what is allowed, and what to do. */
export function describeIssue(issue: Issue, input: unknown): string {
  if (issue.code === "unrecognized_keys") return unknownKeys(issue, input);
  const key = keyOf(issue.path);
  const value = valueAt(input, issue.path);
  if (value === undefined) return `${key} is missing; expected ${allowed(issue)}.\n  Add it to the stack file.`;
  return `${key} is ${JSON.stringify(value)}, but allowed is ${allowed(issue)}.\n  Change the value, or remove the key if it has a default.`;
}

/** Prefix of the program's keys in a stack file: the name of the Pulumi project. */
export const PROJECT = "ai-platform";

/** `["services", "api", "uses", 0]` -> `ai-platform:services.api.uses[0]`. */
export function keyOf(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return `${PROJECT}:${text.replace(/^\./, "")}`;
}

function unknownKeys(issue: Extract<Issue, { code: "unrecognized_keys" }>, input: unknown): string {
  const keys = issue.keys.map((key) => {
    const value = JSON.stringify(valueAt(input, [...issue.path, key]));
    return `${keyOf([...issue.path, key])} (value ${value})`;
  });
  return `${keys.join(", ")} is no known key.\n  Check the spelling against docs/configuration.md, or remove it.`;
}

function allowed(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.expected === "int" ? "a whole number" : `a value of type ${issue.expected}`;
    case "too_small":
      return `at least ${issue.minimum}${unit(issue.origin)}`;
    case "too_big":
      return `at most ${issue.maximum}${unit(issue.origin)}`;
    case "invalid_value":
      return oneOf(issue.values);
    case "invalid_union":
      // A union told apart by a key knows that key's values; any other says in words what it takes.
      return "options" in issue && issue.options ? oneOf(issue.options) : issue.message;
    default:
      return issue.message;
  }
}

/** What a bound counts. */
function unit(origin: string): string {
  if (origin === "array") return " entries";
  return origin === "string" ? " characters" : "";
}

function oneOf(values: readonly z.core.util.Primitive[]): string {
  return values.map((value) => JSON.stringify(value)).join(" or ");
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part], input);
}
