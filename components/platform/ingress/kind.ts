import { closest } from "fastest-levenshtein";
import { once, type Problem, type Stack } from "../../foundation";
import { Ingress } from ".";
import { builtInMiddlewares, type IngressKeys, ingressKeys } from "./keys";
import { NAMESPACE } from "./values";

export const ingress = once(ingressKeys.describe("Traefik, the only public entry."), Ingress, {
  namespaces: [NAMESPACE],
  check: (keys, stack) => [...dashboardIsForDevelopment(keys, stack), ...countsAreReachable(keys, stack)],
});

function dashboardIsForDevelopment({ dashboard }: IngressKeys, { protect }: Stack): Problem[] {
  if (!dashboard || !protect) return [];
  return [
    {
      path: ["dashboard"],
      text: "is true, but it asks nobody for a password, and with protect: true the stack counts as production.\n  Remove it, or set protect: false.",
    },
  ];
}

/** A shared count needs a Redis that one address always reaches. */
function countsAreReachable({ middlewares }: IngressKeys, { parts }: Stack): Problem[] {
  return Object.entries(middlewares).flatMap(([name, { rateLimit }]) => {
    const store = rateLimit?.countedIn;
    const part = store === undefined ? undefined : parts.get(store);
    if (store === undefined || (part?.kind === "redis" && part.keys["servers"] === 1)) return [];
    return [
      {
        path: ["middlewares", name, "rateLimit", "countedIn"],
        text: `is ${JSON.stringify(store)}, but Traefik counts in a redis of the stack with servers: 1.\n  Name one, for example "ai-platform:stores: { limits: { kind: redis, keeps: cache, servers: 1 } }".`,
      },
    ];
  });
}

/** Names of middlewares that a route goes through, but that nobody defines. A stack without ingress has no routes to check. */
export function unknownMiddlewares(
  path: readonly PropertyKey[],
  through: readonly string[],
  { platform }: Stack,
): Problem[] {
  const keys = platform["ingress"] as IngressKeys | undefined;
  if (!keys) return [];
  const defined = Object.keys({ ...builtInMiddlewares, ...keys.middlewares });
  return through.flatMap((name, index) =>
    defined.includes(name)
      ? []
      : [
          {
            path: [...path, index],
            text: `is ${JSON.stringify(name)}, but the middlewares are ${defined.join(", ")}.\n  Did you mean ${closest(name, defined)}? Others are defined under ai-platform:ingress.middlewares.`,
          },
        ],
  );
}
