import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { Connection } from "./connection";
import type { Size } from "./fields";
import type { Part } from "./part";
import type { Site } from "./site";

/** What every component of the catalogue gets beside its own keys. */
export interface Around {
  readonly site: Site;
  /** Connections to what it uses, under the names by which it knows them. */
  readonly uses: readonly Connection[];
  /** The connection behind a reference of its keys, `queue` or `postgres.reader`; the loader has checked that it exists. */
  readonly connection: (reference: string) => Connection;
}

/** A place in a part's keys that names another part. */
export interface Reference {
  /** Where in the part's keys. */
  readonly path: readonly PropertyKey[];
  /** A part, or one of its connections: `postgres` or `postgres.reader`. */
  readonly to: string;
  /** The client's own word for the connection; absent when the part is not a client, but only needs to know it. */
  readonly as?: string;
}

/** A mistake that single keys do not show. */
export interface Problem {
  /** Where in the part's keys. */
  readonly path: readonly PropertyKey[];
  /** What follows the key in the message: `is 3, but ...`, a line break, and what to do. */
  readonly text: string;
}

/** A part as the stack file declares it, its keys checked and completed. */
export interface Declared {
  readonly room: "stores" | "models" | "services";
  readonly name: string;
  readonly kind: string;
  readonly keys: Readonly<Record<string, unknown>>;
}

/** The whole stack file, for rules between keys. */
export interface Stack {
  readonly size: Size;
  readonly protect: boolean;
  readonly domain: string;
  /** Once-per-cluster keys that the stack file has. */
  readonly platform: Readonly<Record<string, unknown>>;
  readonly parts: ReadonlyMap<string, Declared>;
}

/** A custom resource kind that holds data or names images: the policy pack learns it from here. */
export interface CustomKind {
  readonly group: string;
  readonly kind: string;
  readonly stateful: boolean;
  /** Paths of image references in its spec. */
  readonly images: readonly string[];
}

/** A component of the catalogue: what a stack file may say about it, and how it is made. */
export interface Kind {
  readonly keys: z.ZodObject;
  readonly create: (name: string, args: never, opts: pulumi.ComponentResourceOptions) => Part;
  readonly references: (keys: never, stack: Stack) => readonly Reference[];
  /** Names of the connections it offers. */
  readonly offers: (keys: never) => readonly string[];
  /** Names that its objects take in the namespace; no other part may have one of them. */
  readonly names: (keys: never, name: string) => readonly string[];
  readonly check: (keys: never, stack: Stack, name: string) => readonly Problem[];
  readonly customKinds: readonly CustomKind[];
  /** Namespaces that it makes beside the system's own, and that no system may have. */
  readonly namespaces: readonly string[];
}

type Component<Args> = new (name: string, args: Args, opts?: pulumi.ComponentResourceOptions) => Part;

interface Rules<Keys> {
  /** @default what `uses` names */
  readonly references?: (keys: Keys, stack: Stack) => readonly Reference[];
  /** @default one, `default` */
  readonly offers?: (keys: Keys) => readonly string[];
  /** @default its own */
  readonly names?: (keys: Keys, name: string) => readonly string[];
  /** @default no rules beyond the keys' own */
  readonly check?: (keys: Keys, stack: Stack, name: string) => readonly Problem[];
  readonly customKinds?: readonly CustomKind[];
  /** @default none */
  readonly namespaces?: readonly string[];
}

/** Ties a component to its keys. The only place where its own type is forgotten: the schema has checked the value by then. */
export function kind<Keys extends z.ZodObject>(
  keys: Keys,
  component: Component<z.infer<Keys> & Around>,
  rules: Rules<z.infer<Keys>> = {},
): Kind {
  return {
    keys,
    create: (name, args, opts) => new component(name, args, opts),
    references: usedParts,
    offers: () => ["default"],
    names: (_, name) => [name],
    check: () => [],
    customKinds: [],
    namespaces: [],
    ...rules,
  };
}

/** What a part's `uses` names: each under its own name, or under the prefix that the part wants. */
export function usedParts(keys: unknown): Reference[] {
  const { uses = [] } = keys as { uses?: readonly string[] | Readonly<Record<string, string>> };
  if (isList(uses)) return uses.map((to, index) => ({ path: ["uses", index], to, as: to.replace(/[._]/g, "-") }));
  return Object.entries(uses).map(([as, to]) => ({ path: ["uses", as], to, as }));
}

function isList(uses: readonly string[] | Readonly<Record<string, string>>): uses is readonly string[] {
  return Array.isArray(uses);
}
