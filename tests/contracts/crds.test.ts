import { parse } from "yaml";
import { definitionTexts } from "../../rehearsal/charts/index.ts";
import { CustomResourceSchemas } from "./crds";

/** A first run downloads the vendors' modules. */
const FIRST_RUN = 600_000;

let schemas: CustomResourceSchemas;
beforeAll(async () => {
  schemas = await CustomResourceSchemas.load();
}, FIRST_RUN);

const scaledObject = (spec: object) => ({
  apiVersion: "keda.sh/v1alpha1",
  kind: "ScaledObject",
  metadata: { name: "backend", namespace: "ai-platform" },
  spec: { scaleTargetRef: { name: "backend" }, triggers: [{ type: "cpu", metadata: { value: "60" } }], ...spec },
});

test("a valid custom resource has no violations", () => {
  expect(schemas.violations(scaledObject({ minReplicaCount: 2 }))).toEqual([]);
});

test("a field of another type is a violation at its path", () => {
  expect(schemas.violations(scaledObject({ minReplicaCount: "two" }))).toEqual([
    "ScaledObject.spec.minReplicaCount must be integer",
  ]);
});

test("an unknown field is a violation, because the API server would drop it silently", () => {
  expect(schemas.violations(scaledObject({ minReplicas: 2 }))).toEqual([
    'ScaledObject.spec must NOT have additional properties "minReplicas"',
  ]);
});

test("a missing required field is a violation", () => {
  expect(schemas.violations(scaledObject({ triggers: undefined }))).toEqual([
    "ScaledObject.spec must have required property 'triggers'",
  ]);
});

test("a value out of its enumeration is a violation", () => {
  const object = {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Cluster",
    metadata: { name: "postgres" },
    spec: { instances: 1, primaryUpdateMethod: "hope", storage: { size: "1Gi" } },
  };
  expect(schemas.violations(object)).toEqual([expect.stringMatching(/primaryUpdateMethod must be equal to one of/)]);
});

test("numbers and texts both do where the API takes either", () => {
  const rule = (value: unknown) => ({
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name: "alerts" },
    spec: { groups: [{ name: "alerts", rules: [{ alert: "Down", expr: value }] }] },
  });
  expect([rule(1), rule("up == 0")].flatMap((object) => schemas.violations(object))).toEqual([]);
  expect(schemas.violations(rule([]))).not.toEqual([]);
});

test("a kind or version that no chart defines is a violation", () => {
  expect(schemas.violations({ apiVersion: "keda.sh/v1", kind: "ScaledObject" })).toEqual([
    "no chart defines ScaledObject in keda.sh/v1",
  ]);
});

test(
  "every definition of the pinned charts can be checked against",
  async () => {
    for (const text of await definitionTexts()) {
      const { spec } = parse(text) as {
        spec: { group: string; names: { kind: string }; versions: { name: string }[] };
      };
      for (const { name } of spec.versions) {
        const object = { apiVersion: `${spec.group}/${name}`, kind: spec.names.kind, made: "up" };
        expect(schemas.violations(object)).toContain(`${spec.names.kind} must NOT have additional properties "made"`);
      }
    }
  },
  FIRST_RUN,
);
