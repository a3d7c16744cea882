import type { Check } from "../check.ts";
import { edgeDashboard, edgeMeasures } from "./edge.ts";
import { logsCanBeAsked } from "./logs.ts";
import { dashboardsShowSomething, rulesAreLoaded, targetsAreUp } from "./prometheus.ts";
import { scaledObjectsAreReady, scaledObjectsHaveAutoscalers } from "./scaling.ts";
import { servicesHaveEndpoints } from "./services.ts";

/** Everything that is looked at, in this order. */
export const checks: readonly Check[] = [
  servicesHaveEndpoints,
  scaledObjectsAreReady,
  scaledObjectsHaveAutoscalers,
  edgeMeasures,
  edgeDashboard,
  targetsAreUp,
  rulesAreLoaded,
  dashboardsShowSomething,
  logsCanBeAsked,
];
