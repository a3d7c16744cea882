import { stacks } from "../support/program";
import { CustomResourceSchemas } from "./crds";
import { type Entry, entriesOf, isRelease } from "./entries";

/** A first run downloads the vendors' modules. */
const FIRST_RUN = 600_000;

/** Groups that the API server itself serves end so, or have no dot. */
const BUILT_IN = /^([a-z]+|.*\.k8s\.io)\//;

function isCustom({ inputs: { apiVersion = "v1" } = {} }: Entry): boolean {
  return apiVersion.includes("/") && !BUILT_IN.test(apiVersion);
}

test.each(stacks.map(([name]) => name))(
  "every custom resource of the %s stack satisfies the definition its chart installs",
  async (stack) => {
    const schemas = await CustomResourceSchemas.load();
    const entries = await entriesOf(stack);
    const resources = entries.filter(isCustom);
    // A stack without charts has nothing that would know what to do with one.
    expect(resources.length > 0).toBe(entries.some(isRelease));
    const findings = resources.flatMap(({ resource, inputs }) =>
      schemas.violations({ apiVersion: "", kind: "", ...inputs }).map((violation) => `${resource}: ${violation}`),
    );
    expect(findings).toEqual([]);
  },
  FIRST_RUN,
);
