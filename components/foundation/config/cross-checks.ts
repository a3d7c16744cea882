import { keyOf } from "./errors";
import type { Config } from "./schema";

/** Rules between keys: each returns the problems it finds, in the words of {@link describeIssue}. */
const rules: readonly ((config: Config, secrets: readonly string[]) => string[])[] = [
  uniqueModels,
  gpusForEngines,
  acmeNeedsContact,
  protectionNeedsRedundancy,
  externalStoreNeedsPassword,
];

export function crossChecks(config: Config, secrets: readonly string[]): string[] {
  return rules.flatMap((rule) => rule(config, secrets));
}

function uniqueModels({ models }: Config): string[] {
  const objectName = (name: string) => name.replaceAll(".", "-");
  return models.flatMap(({ name }, index) =>
    models.findIndex((other) => objectName(other.name) === objectName(name)) < index
      ? [
          `${keyOf(["models", index, "name"])} is ${JSON.stringify(name)}, but an earlier model has that name (dots count as dashes).\n  Rename one of them.`,
        ]
      : [],
  );
}

function gpusForEngines({ models, gpu }: Config): string[] {
  const index = models.findIndex(({ kind }) => kind === "vllm");
  if (index < 0 || gpu) return [];
  return [
    `${keyOf(["models", index, "kind"])} is "vllm", but ai-platform:gpu is missing, so no node would offer a GPU.\n  Add "ai-platform:gpu: {}", or use kind: simulator.`,
  ];
}

function acmeNeedsContact({ certificates, domain }: Config): string[] {
  if (certificates.issuer !== "acme") return [];
  const missing = certificates.acmeEmail
    ? []
    : [`${keyOf(["certificates", "acmeEmail"])} is missing, but issuer acme needs a contact address.\n  Add it.`];
  const local = /(^|\.)localhost$/.test(domain)
    ? [
        `${keyOf(["domain"])} is ${JSON.stringify(domain)}, but an ACME service only signs public names.\n  Set a public domain, or certificates.issuer: internal.`,
      ]
    : [];
  return [...missing, ...local];
}

function protectionNeedsRedundancy({ protect, postgres, redis, backend }: Config): string[] {
  if (!protect) return [];
  const lone = (path: string[], value: number, least: number) =>
    value < least
      ? [
          `${keyOf(path)} is ${value}, but with protect: true it must be at least ${least}.\n  Raise it, or choose a larger size.`,
        ]
      : [];
  return [
    ...(postgres.kind === "cluster" ? lone(["postgres", "instances"], postgres.instances, 2) : []),
    ...(postgres.kind === "single" ? lone(["postgres", "instances"], 1, 2) : []),
    ...lone(["redis", "cache", "replicas"], redis.cache.replicas, 3),
    ...lone(["redis", "queue", "replicas"], redis.queue.replicas, 3),
    ...lone(["backend", "replicas", "min"], backend.replicas.min, 2),
  ];
}

function externalStoreNeedsPassword({ postgres }: Config, secrets: readonly string[]): string[] {
  if (postgres.kind !== "external" || secrets.includes("postgresPassword")) return [];
  return [
    `${keyOf(["postgresPassword"])} is missing, but postgres.kind is "external".\n  Run: pulumi config set --secret ai-platform:postgresPassword`,
  ];
}
