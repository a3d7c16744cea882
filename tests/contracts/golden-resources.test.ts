import { CustomResourceSchemas } from "./crds";
import { goldenEntries, stacks } from "./golden";

/** A first run downloads the vendors' modules. */
const FIRST_RUN = 600_000;

/** Groups that the API server itself serves end so, or have no dot. */
const BUILT_IN = /^([a-z]+|.*\.k8s\.io)\//;

function customResources(
  stack: (typeof stacks)[number],
): { resource: string; object: { apiVersion: string; kind: string } }[] {
  return goldenEntries(stack).flatMap(({ resource, inputs: { apiVersion = "v1", kind = "", ...rest } = {} }) =>
    apiVersion.includes("/") && !BUILT_IN.test(apiVersion) ? [{ resource, object: { apiVersion, kind, ...rest } }] : [],
  );
}

test.each(stacks)(
  "every custom resource of the %s stack satisfies the definition its chart installs",
  async (stack) => {
    const schemas = await CustomResourceSchemas.load();
    const resources = customResources(stack);
    expect(resources.length).toBeGreaterThan(5);
    const findings = resources.flatMap(({ resource, object }) =>
      schemas.violations(object).map((violation) => `${resource}: ${violation}`),
    );
    expect(findings).toEqual([]);
  },
  FIRST_RUN,
);
