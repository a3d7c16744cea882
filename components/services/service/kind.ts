import { kind, type Problem, type Reference, type Stack, usedParts } from "../../foundation";
import { unknownMiddlewares } from "../../platform/ingress/kind";
import { addressProblems } from "./addresses";
import { variablesComeFromUses } from "./connection-values";
import { isFile } from "./environment";
import { migrationsName, Service } from ".";
import { type ServiceKeys, serviceKeys } from "./keys";
import { portsOf } from "./ports";
import { portProblems } from "./port-rules";
import { objectiveProblems } from "./objective-rules";
import { scalingProblems } from "./scale-rules";
import { sidecarProblems } from "./sidecars";

export const service = kind(serviceKeys, Service, {
  references: (keys) => [...usedParts(keys), ...lists(keys)],
  offers: (keys) => (Object.keys(portsOf(keys)).length > 0 ? ["default"] : []),
  names: ({ migrate }, name) => [name, ...(migrate ? [migrationsName(name)] : [])],
  check: (keys, stack, name) => [
    ...portProblems(keys),
    ...sidecarProblems(keys, name),
    ...secretsNeedAReason(keys),
    ...secretNameProblems(keys, stack, name),
    ...variablesComeFromUses(keys, stack),
    ...addressProblems(keys, stack, name),
    ...sharedClaims(keys),
    ...claimsAreItsOwn(keys, stack, name),
    ...routesNeedIngress(keys, stack),
    ...keys.routes.flatMap(({ through }, index) => unknownMiddlewares(["routes", index, "through"], through, stack)),
    ...scalingProblems(keys, stack),
    ...objectiveProblems(keys, stack),
  ],
});

/** Lists that it scales on: the autoscaler is their client, not the service. */
function lists({ scale }: ServiceKeys): Reference[] {
  return (scale?.on ?? []).flatMap(({ list }, index) =>
    list ? [{ path: ["scale", "on", index, "list", "in"], to: list.in }] : [],
  );
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

/** A Secret has something in it, and one owner: two services would each write it. */
function secretNameProblems({ secretName, environment }: ServiceKeys, { parts }: Stack, name: string): Problem[] {
  if (secretName === undefined) return [];
  const other = [...parts.values()].find((part) => part.name !== name && part.keys["secretName"] === secretName);
  const shared = `is "${secretName}", but so is that of ${other?.name}, and each would write the Secret.\n  Give each a name of its own.`;
  const empty = `is "${secretName}", but no variable has a secret to put there.\n  Remove it, or add one, as in environment: { TOKEN_FILE: { secret: token } }.`;
  const isEmpty = Object.values(environment).every((value) => typeof value === "string");
  return [...(other ? [shared] : []), ...(isEmpty ? [empty] : [])].map((text) => ({ path: ["secretName"], text }));
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

/** Claims are called as the stack file calls them: two services with one name would write over each other's data. */
function claimsAreItsOwn({ claims }: ServiceKeys, { parts }: Stack, name: string): Problem[] {
  return Object.keys(claims).flatMap((claim) => {
    const owner = [...parts.values()].find(({ keys }) => claim in ((keys["claims"] ?? {}) as ServiceKeys["claims"]));
    if (!owner || owner.name === name) return [];
    return [
      {
        path: ["claims", claim],
        text: `is a volume of ${owner.name} already, and both services would write to it.\n  Rename one of the claims.`,
      },
    ];
  });
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
