import type { Problem, Stack } from "../foundation";
import { builtInMiddlewares } from "../platform/ingress/keys";
import { keyOf } from "./errors";
import { kindOf } from "./references";
import type { Keys } from "./schema";

/** Namespaces that Kubernetes or our own add-ons live in. */
const TAKEN = [
  ...["default", "kube-system", "kube-public", "kube-node-lease"],
  ...["cert-manager", "cnpg-system", "gpu-operator", "keda", "logging", "monitoring", "traefik"],
];

/** Rules between keys: those of every part's kind, and those of the platform itself. */
export function brokenRules(keys: Keys, stack: Stack): string[] {
  const ofParts = [...stack.parts.values()].flatMap((part) =>
    kindOf(part)
      .check(part.keys as never, stack, part.name)
      .map((problem) => sentence([part.room, part.name], problem)),
  );
  return [...ofParts, ...namespaceIsFree(keys), ...acme(keys), ...dashboard(keys), ...middlewares(keys, stack)];
}

function sentence(path: readonly PropertyKey[], problem: Problem): string {
  return `${keyOf([...path, ...problem.path])} ${problem.text}`;
}

function namespaceIsFree({ system, namespace }: Keys): string[] {
  const name = namespace.name ?? system;
  if (!TAKEN.includes(name)) return [];
  const key = namespace.name === undefined ? keyOf(["system"]) : keyOf(["namespace", "name"]);
  return [
    `${key} is ${JSON.stringify(name)}, but that is a namespace of Kubernetes or of an add-on.\n  Choose another name; taken are ${TAKEN.join(", ")}.`,
  ];
}

function acme({ certificates, domain }: Keys): string[] {
  if (certificates?.issuer !== "acme") return [];
  const contact = certificates.acmeEmail
    ? []
    : [`${keyOf(["certificates", "acmeEmail"])} is missing, but issuer acme needs a contact address.\n  Add it.`];
  const local = /(^|\.)localhost$/.test(domain)
    ? [
        `${keyOf(["domain"])} is ${JSON.stringify(domain)}, but an ACME service only signs public names.\n  Set a public domain, or certificates.issuer: internal.`,
      ]
    : [];
  return [...contact, ...local];
}

function dashboard({ ingress, protect }: Keys): string[] {
  if (!ingress?.dashboard || !protect) return [];
  return [
    `${keyOf(["ingress", "dashboard"])} is true, but it asks nobody for a password, and with protect: true the stack counts as production.\n  Remove it, or set protect: false.`,
  ];
}

/** Middlewares are defined in one place, and a shared count needs a Redis that one address always reaches. */
function middlewares({ ingress }: Keys, { parts }: Stack): string[] {
  const defined = { ...builtInMiddlewares, ...ingress?.middlewares };
  const named = [...parts.values()].flatMap(({ room, name, keys }) =>
    throughs(keys).map(({ path, value }) => ({ key: keyOf([room, name, ...path]), value })),
  );
  const unknown = ingress
    ? named
        .filter(({ value }) => !(value in defined))
        .map(({ key, value }) => unknownMiddleware(key, value, Object.keys(defined)))
    : [];
  const counts = Object.entries(ingress?.middlewares ?? {}).flatMap(([name, { rateLimit }]) => {
    const store = rateLimit?.countedIn;
    const part = store === undefined ? undefined : parts.get(store);
    if (store === undefined || (part?.kind === "redis" && part.keys["servers"] === 1)) return [];
    return [
      `${keyOf(["ingress", "middlewares", name, "rateLimit", "countedIn"])} is ${JSON.stringify(store)}, but Traefik counts in a redis of the stack with servers: 1.\n  Name one, for example "ai-platform:stores: { limits: { kind: redis, keeps: cache, servers: 1 } }".`,
    ];
  });
  return [...unknown, ...counts];
}

function unknownMiddleware(key: string, value: string, defined: readonly string[]): string {
  return `${key} is ${JSON.stringify(value)}, but the middlewares are ${defined.join(", ")}.\n  Name one of them, or define it under ai-platform:ingress.middlewares.`;
}

/** Where a part's keys name middlewares: its own list, or those of its routes. */
function throughs(keys: Readonly<Record<string, unknown>>): { path: PropertyKey[]; value: string }[] {
  const { through = [], routes = [] } = keys as {
    through?: readonly string[];
    routes?: readonly { readonly through: readonly string[] }[];
  };
  const list = (path: PropertyKey[], names: readonly string[]) =>
    names.map((value, index) => ({ path: [...path, "through", index], value }));
  return [...list([], through), ...routes.flatMap((route, index) => list(["routes", index], route.through))];
}
