import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { Problem, Stack } from "./kind";
import type { Part } from "./part";
import type { Site } from "./site";

/** A part that the cluster gets once: what a stack file may say about it, and how it is made. */
export interface Once<Keys extends z.ZodObject = z.ZodObject, Made extends Part = Part> {
  readonly keys: Keys;
  /** `earlier` are the parts before it in the catalogue, by name; it takes those it knows. */
  readonly create: (
    name: string,
    args: z.infer<Keys> & { readonly site: Site },
    earlier: Readonly<Record<string, Part>>,
    opts: pulumi.ComponentResourceOptions,
  ) => Made;
  readonly check: (keys: z.infer<Keys>, stack: Stack) => readonly Problem[];
  /** Namespaces that it makes, and that no system may have. */
  readonly namespaces: readonly string[];
}

interface Rules<Keys> {
  /** @default no rules beyond the keys' own */
  readonly check?: (keys: Keys, stack: Stack) => readonly Problem[];
  readonly namespaces: readonly string[];
}

/** Ties a once-per-cluster component to its keys. Its constructor names the earlier parts that it can do something with. */
export function once<Keys extends z.ZodObject, Made extends Part>(
  keys: Keys,
  component: new (
    name: string,
    args: z.infer<Keys> & { readonly site: Site },
    opts?: pulumi.ComponentResourceOptions,
  ) => Made,
  { check = () => [], namespaces }: Rules<z.infer<Keys>>,
): Once<Keys, Made> {
  return {
    keys,
    create: (name, args, earlier, opts) => new component(name, { ...earlier, ...args }, opts),
    check,
    namespaces,
  };
}
