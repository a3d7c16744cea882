import { jsonpath } from "json-p3";
import { conditionOf, type KubeObject } from "../objects/object.ts";
import { GENERIC_TIMEOUT, READY, type Rule, waiting } from "./rule.ts";

interface Condition {
  readonly text: string;
  holds(object: KubeObject): boolean;
}

/**
 * The rule that a `pulumi.com/waitFor` annotation asks for: `condition=Type[=Status]`, `jsonpath={.path}[=value]` or a JSON
 * array of these, of which all must hold.
 * @throws Error when the annotation is neither
 */
export function waitFor(annotation: string): Rule {
  const conditions = expressionsOf(annotation).map(parseCondition);
  return {
    timeoutText: GENERIC_TIMEOUT,
    check(object) {
      const missing = conditions.filter((condition) => !condition.holds(object));
      return missing.length === 0 ? READY : waiting(...missing.map(({ text }) => `waiting for ${text}`));
    },
  };
}

function expressionsOf(annotation: string): string[] {
  if (!annotation.trimStart().startsWith("[")) return [annotation];
  const list: unknown = JSON.parse(annotation);
  if (!Array.isArray(list) || list.length === 0 || !list.every((item) => typeof item === "string"))
    throw malformed(annotation);
  return list;
}

function parseCondition(text: string): Condition {
  const condition = /^condition=([^=]+)(?:=(.+))?$/.exec(text);
  if (condition) return conditionHolds(text, condition[1] ?? "", condition[2] ?? "True");
  const path = /^jsonpath=\{(.+)\}(?:=(.*))?$/s.exec(text);
  if (path) return pathHolds(text, path[1] ?? "", path[2]);
  throw malformed(text);
}

function malformed(text: string): Error {
  return new Error(
    `annotation pulumi.com/waitFor: "${text}" is not understood; write condition=Type, condition=Type=Status, ` +
      "jsonpath={.path}, jsonpath={.path}=value, or a JSON array of these",
  );
}

function conditionHolds(text: string, type: string, status: string): Condition {
  return {
    text,
    holds(object) {
      const found = conditionOf(object, type);
      const { generation = 0 } = object.metadata;
      const isStale = found?.observedGeneration !== undefined && found.observedGeneration < generation;
      return !isStale && found?.status.toLowerCase() === status.toLowerCase();
    },
  };
}

function pathHolds(text: string, path: string, wanted: string | undefined): Condition {
  const query = jsonpath.compile(`$${path.startsWith(".") || path.startsWith("[") ? "" : "."}${path}`);
  return {
    text,
    holds(object) {
      const values: unknown[] = query.query(object as never).values();
      if (values.length === 0) return false;
      return wanted === undefined || asText(values[0]) === wanted;
    },
  };
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
