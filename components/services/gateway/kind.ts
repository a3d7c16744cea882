import { kind, type Problem, type Reference, type Stack, usedParts } from "../../foundation";
import { unknownMiddlewares } from "../../platform/ingress/kind";
import { Gateway, isAutoscaled, migrationsName } from "./gateway";
import { type GatewayKeys, gatewayKeys } from "./keys";

const STORES = ["postgres", "cache", "queue"];

export const gateway = kind(gatewayKeys, Gateway, {
  references: (keys, stack) => [...usedParts(keys), ...models(stack)],
  names: (_, name) => [name, migrationsName(name)],
  check: (keys, stack) => [
    ...storesAreNamed(keys),
    ...unknownMiddlewares(["through"], keys.through, stack),
    ...modelsExist(stack),
    ...redundant(keys, stack),
    ...drainsLongEnough(keys, stack),
    ...autoscalingNeedsItsParts(keys, stack),
  ],
});

/** Every model of the stack, as `ENGINE_<NAME>_*`. */
function models({ parts }: Stack): Reference[] {
  return [...parts.values()]
    .filter(({ room }) => room === "models")
    .map(({ name }) => ({ path: [], to: name, as: `engine-${name.replaceAll(".", "-")}` }));
}

function storesAreNamed(keys: GatewayKeys): Problem[] {
  const given = usedParts(keys).map(({ as }) => as);
  const missing = STORES.filter((store) => !given.includes(store));
  const others = given.filter((name) => !STORES.includes(name ?? ""));
  if (missing.length === 0 && others.length === 0) return [];
  return [
    {
      path: ["uses"],
      text: `is ${JSON.stringify(keys.uses)}, but the gateway uses exactly ${STORES.join(", ")}.\n  Name stores so, or say which store is which: { postgres: <store>, cache: <store>, queue: <store> }.`,
    },
  ];
}

function modelsExist({ parts }: Stack): Problem[] {
  if ([...parts.values()].some(({ room }) => room === "models")) return [];
  return [
    {
      path: ["kind"],
      text: 'is "gateway", but the stack has no model for it to serve.\n  Add one, for example "ai-platform:models: { tiny: { kind: simulator } }".',
    },
  ];
}

function redundant({ replicas }: GatewayKeys, { protect }: Stack): Problem[] {
  if (!protect || replicas.min > 1) return [];
  return [
    {
      path: ["replicas", "min"],
      text: "is 1, but with protect: true it must be at least 2.\n  Raise it, or choose a larger size.",
    },
  ];
}

function drainsLongEnough({ drainSeconds }: GatewayKeys, { parts }: Stack): Problem[] {
  const answers = [...parts.values()].flatMap(({ name, keys }) =>
    typeof keys["answerSeconds"] === "number" ? [{ name, seconds: keys["answerSeconds"] }] : [],
  );
  const longest = answers.sort((a, b) => b.seconds - a.seconds)[0];
  if (!longest || drainSeconds >= longest.seconds) return [];
  return [
    {
      path: ["drainSeconds"],
      text: `is ${drainSeconds}, but an answer of ${longest.name} may take ${longest.seconds} s, and a leaving pod would cut it.\n  Raise it, or lower the model's answerSeconds.`,
    },
  ];
}

function autoscalingNeedsItsParts(keys: GatewayKeys, { platform }: Stack): Problem[] {
  const missing = ["autoscaling", "monitoring"].filter((key) => platform[key] === undefined);
  if (!isAutoscaled(keys) || missing.length === 0) return [];
  const { min, max } = keys.replicas;
  return [
    {
      path: ["replicas"],
      text: `goes from ${min} to ${max}, but the stack has no ${missing.map((key) => `ai-platform:${key}`).join(" and no ")}, which would move the number.\n  Add "ai-platform:${missing[0]}: {}", or set min and max to the same number.`,
    },
  ];
}
