import type { KubernetesField, KubernetesObject } from "./kubernetes";

/** A field that is not what it must be. */
export interface Violation {
  readonly field: KubernetesField;
  /** What the field must be, completing "must be ...". */
  readonly allowed: string;
  /** How the message shows the value, where the value itself must not be shown. */
  readonly shown?: string;
}

interface Words {
  /** The promise in kebab case: `containers-cannot-escalate`. It names the rule in configuration and output. */
  readonly name: string;
  /** The consequence of breaking the rule, one sentence. */
  readonly why: string;
  /** What to do about a violation, one imperative line without a full stop. */
  readonly fix: string;
}

/** A rule that looks at one object at a time: the engine refuses the object before it is created. */
interface ResourceRule extends Words {
  readonly check: (object: KubernetesObject) => Violation[];
}

/** A rule about objects together: the engine judges at the end of a preview, and again at the end of an update. */
interface StackRule extends Words {
  readonly check: (stack: readonly KubernetesObject[]) => Violation[];
}

/** A pure rule. `judge` names every violation among the objects, except where a preview does not know the value yet. */
export interface Rule extends Words {
  readonly scope: "resource" | "stack";
  readonly judge: (objects: readonly KubernetesObject[]) => Violation[];
}

export function resourceRule({ check, ...words }: ResourceRule): Rule {
  return { ...words, scope: "resource", judge: (objects) => objects.flatMap(check).filter(isKnown) };
}

export function stackRule({ check, ...words }: StackRule): Rule {
  return { ...words, scope: "stack", judge: (objects) => check(objects).filter(isKnown) };
}

export function violation(field: KubernetesField, allowed: string, shown?: string): Violation {
  return { field, allowed, ...(shown !== undefined && { shown }) };
}

/** `Deployment ai-platform/backend: spec.replicas is 2, must be absent. <why> Fix: <fix>.` */
export function message({ why, fix }: Rule, { field, allowed, shown }: Violation): string {
  return `${field.owner.title}: ${field.path} is ${shown ?? display(field)}, must be ${allowed}. ${why} Fix: ${fix}.`;
}

function display({ absent, value }: KubernetesField): string {
  return absent ? "absent" : JSON.stringify(value);
}

function isKnown({ field }: Violation): boolean {
  return !field.unknown;
}
