import type { Problem, Stack } from "../../foundation";
import type { ServiceKeys } from "./keys";
import type { ObjectiveKeys } from "./objective-keys";

export function objectiveProblems(keys: ServiceKeys, stack: Stack): Problem[] {
  const { objectives } = keys;
  if (!objectives) return [];
  return [
    ...somethingPromised(objectives),
    ...measured(keys, stack),
    ...alertsAboveTargets(objectives),
    ...scalingNeedsScale(keys),
  ];
}

function somethingPromised(objectives: ObjectiveKeys): Problem[] {
  if (Object.values(objectives).some((objective) => objective !== undefined)) return [];
  return [{ path: ["objectives"], text: "is empty.\n  State latency, errors or scaling, or remove it." }];
}

function measured({ routes }: ServiceKeys, { platform }: Stack): Problem[] {
  const missing = ["ingress", "monitoring"].filter((key) => platform[key] === undefined);
  const problems = missing.map((key) => ({
    path: ["objectives"],
    text: `is set, but the stack has no ai-platform:${key}, which measures them.\n  Add "ai-platform:${key}: {}", or remove the objectives.`,
  }));
  if (routes.length > 0) return problems;
  const text =
    "is set, but the service has no routes, so the edge sends it nothing to measure.\n  Add routes, or remove the objectives.";
  return [...problems, { path: ["objectives"], text }];
}

/** An alert at the target, or below it, would fire while the promise is kept. */
function alertsAboveTargets({ latency, errors }: ObjectiveKeys): Problem[] {
  const pairs = [
    { path: ["latency", "alertAboveSeconds"], alert: latency?.alertAboveSeconds, target: latency?.targetSeconds },
    { path: ["errors", "alertAboveShare"], alert: errors?.alertAboveShare, target: errors?.targetShare },
  ];
  return pairs.flatMap(({ path, alert, target }) =>
    alert !== undefined && target !== undefined && alert <= target
      ? [
          {
            path: ["objectives", ...path],
            text: `is ${alert}, but the target is ${target}, so the alert would fire while the target is kept.\n  Raise it above the target.`,
          },
        ]
      : [],
  );
}

function scalingNeedsScale({ objectives, scale }: ServiceKeys): Problem[] {
  if (!objectives?.scaling || (scale && scale.min < scale.max)) return [];
  return [
    {
      path: ["objectives", "scaling"],
      text: "is set, but the service always runs the same number of pods.\n  Add scale with min below max, or remove it.",
    },
  ];
}
