import type { KubernetesObject } from "../../policies/kubernetes";
import { stacks } from "../support/program";
import { objectsOf, unneededExemptions, violations } from "./program";

type Keys = Readonly<Record<string, object>>;

/** What the stack files of the project need not show: every way in which a stack file lets a component come near a rule. */
const deviations: Keys = {
  ingress: { service: "ClusterIP" },
  stores: {
    postgres: { kind: "postgres", image: "timescaledb-ha", databases: { one: {}, two: {} } },
    archive: { kind: "postgres-single" },
    cache: { kind: "redis", keeps: "cache" },
    queue: { kind: "redis", keeps: "queue" },
  },
  services: {
    backend: { kind: "gateway", uses: ["postgres", "cache", "queue"], engineDiscovery: "endpointSlices" },
    worker: {
      image: "registry.example.com/worker:1.2.3",
      uses: ["queue"],
      environment: { QUEUE_URL: { from: "queue" } },
      secretVariables: "its library reads nothing else",
      claims: { data: { path: "/data", size: "1Gi" } },
      resources: { cpu: "100m", memory: "128Mi" },
    },
  },
};

describe.each([
  ...stacks.map(([name]): [string, string, Keys] => [`the ${name} stack`, name, {}]),
  ["the dev stack with everything that comes near a rule", "dev", deviations],
])("%s", (_, stack, keys) => {
  let objects: KubernetesObject[];
  beforeAll(async () => {
    const texts = Object.entries(keys).map(([key, value]) => [`ai-platform:${key}`, JSON.stringify(value)]);
    objects = await objectsOf(stack, Object.fromEntries(texts) as Record<string, string>);
  });

  test("breaks no rule", () => {
    expect(violations(objects)).toEqual([]);
  });

  test("needs every exemption it has", () => {
    expect(unneededExemptions(objects)).toEqual([]);
  });
});
