import { kind, parseReference, type Problem, type Reference, type Stack, usedParts } from "../../foundation";
import { unknownMiddlewares } from "../../platform/ingress/kind";
import { isFile } from "./environment";
import { portsOf, Service } from ".";
import { type ServiceKeys, serviceKeys } from "./keys";
import { scalingProblems } from "./scale-rules";

export const service = kind(serviceKeys, Service, {
  references: (keys) => [...usedParts(keys), ...lists(keys)],
  offers: (keys) => (Object.keys(portsOf(keys)).length > 0 ? ["default"] : []),
  check: (keys, stack) => [
    ...portsNeedProbes(keys),
    ...namedPortsExist(keys),
    ...secretsNeedAReason(keys),
    ...variablesComeFromUses(keys, stack),
    ...sharedClaims(keys),
    ...routesNeedIngress(keys, stack),
    ...keys.routes.flatMap(({ through }, index) => unknownMiddlewares(["routes", index, "through"], through, stack)),
    ...scalingProblems(keys, stack),
  ],
});

/** Lists that it scales on: the autoscaler is their client, not the service. */
function lists({ scale }: ServiceKeys): Reference[] {
  return (scale?.on ?? []).flatMap(({ list }, index) =>
    list ? [{ path: ["scale", "on", index, "list", "in"], to: list.in }] : [],
  );
}

function portsNeedProbes(keys: ServiceKeys): Problem[] {
  const hasPorts = Object.keys(portsOf(keys)).length > 0;
  if (!hasPorts || keys.probes?.ready || keys.probes?.live) return [];
  return [
    {
      path: ["probes"],
      text: "is missing, but a service with ports must say how its state is seen, or requests reach pods that cannot answer.\n  Add for example probes: { ready: /ready, live: /health }.",
    },
  ];
}

function namedPortsExist(keys: ServiceKeys): Problem[] {
  const names = Object.keys(portsOf(keys));
  const named = [
    ...keys.routes.map((route, index) => ({ path: ["routes", index, "port"], port: route.port })),
    { path: ["metrics", "port"], port: keys.metrics?.port },
  ];
  const missing = named.flatMap(({ path, port }) =>
    port !== undefined && !names.includes(port)
      ? [{ path, text: `is "${port}", but its ports are ${names.join(", ") || "none"}.\n  Name one of them.` }]
      : [],
  );
  const portless = names.length === 0 && (keys.routes.length > 0 || keys.metrics !== undefined);
  return portless
    ? [{ path: ["port"], text: "is missing, but routes and metrics need a port.\n  Add it, for example port: 8000." }]
    : missing;
}

function secretsNeedAReason({ environment, secretVariables }: ServiceKeys): Problem[] {
  const names = Object.entries(environment).flatMap(([name, value]) =>
    typeof value === "string" || isFile(name) ? [] : [name],
  );
  const [first] = names;
  if (first === undefined || secretVariables !== undefined) return [];
  return [
    {
      path: ["environment", first],
      text: `is a secret in a variable, which child processes inherit and crash reports show.\n  Use ${first}_FILE, which gets a file with it and holds the path; or say in secretVariables why it must be a variable.`,
    },
  ];
}

function variablesComeFromUses(keys: ServiceKeys, { parts }: Stack): Problem[] {
  const used = usedParts(keys);
  return Object.entries(keys.environment).flatMap(([variable, value]) => {
    if (typeof value === "string" || "secret" in value) return [];
    const link = used.find(({ as }) => as === value.from);
    const path = ["environment", variable, "from"];
    if (!link)
      return [
        {
          path,
          text: `is "${value.from}", but it uses ${used.map(({ as }) => as).join(", ") || "nothing"}.\n  Add it to uses, or name one of them.`,
        },
      ];
    const store = parts.get(parseReference(link.to, (name) => parts.has(name)).part);
    const sentinel = store?.kind === "redis" && store.keys["servers"] === 3;
    if (value.key !== "url" || !sentinel) return [];
    return [
      {
        path,
        text: `is "${value.from}", a Redis with three servers, which no single URL reaches: clients ask Sentinel for the master.\n  Use its variables (<PREFIX>_HOST, <PREFIX>_SENTINEL_PORT, <PREFIX>_SENTINEL_MASTER), or servers: 1.`,
      },
    ];
  });
}

function sharedClaims(keys: ServiceKeys): Problem[] {
  const most = keys.scale?.max ?? keys.replicas ?? 1;
  if (most <= 1) return [];
  return Object.entries(keys.claims).flatMap(([name, { access }]) =>
    access === "ReadWriteOnce"
      ? [
          {
            path: ["claims", name, "access"],
            text: `is "ReadWriteOnce", but up to ${most} pods mount the volume, on several nodes.\n  Set access: ReadWriteMany with a storage class that can, or keep the data in a store.`,
          },
        ]
      : [],
  );
}

function routesNeedIngress({ routes }: ServiceKeys, { platform }: Stack): Problem[] {
  if (routes.length === 0 || platform["ingress"] !== undefined) return [];
  return [
    {
      path: ["routes"],
      text: 'is set, but the stack has no ai-platform:ingress that could serve them.\n  Add "ai-platform:ingress: {}", or remove the routes.',
    },
  ];
}
