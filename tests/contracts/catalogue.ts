import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Alert } from "../../components/foundation";
import type { Metric } from "../../components/foundation/metric";

const COMPONENTS = resolve(__dirname, "../../components");

/** A metric, by the name under which a component knows it. */
export interface Named {
  /** As in `engineMetrics.requestsWaiting`. */
  readonly key: string;
  readonly metric: Metric;
}

/** Every metric that some component queries. */
export function catalogueOfMetrics(): readonly Named[] {
  return modules("metrics").flatMap((module) =>
    Object.entries(module)
      .filter((entry): entry is [string, Readonly<Record<string, Metric>>] => typeof entry[1] === "object")
      .flatMap(([group, metrics]) =>
        Object.entries(metrics).map(([key, metric]) => ({ key: `${group}.${key}`, metric })),
      ),
  );
}

/** Every alert that some component declares. */
export function catalogueOfAlerts(): readonly Alert[] {
  return modules("alerts").flatMap((module) => Object.values(module).filter(Array.isArray).flat() as Alert[]);
}

/** Sources of all components. */
export function sources(): readonly string[] {
  return readdirSync(COMPONENTS, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(COMPONENTS, file));
}

function modules(name: "metrics" | "alerts"): readonly Readonly<Record<string, unknown>>[] {
  return sources()
    .filter((file) => file.endsWith(`/${name}.ts`))
    .map((file) => jest.requireActual<Readonly<Record<string, unknown>>>(file));
}
