import { stacks } from "../support/program";
import { entriesOf, isRelease } from "./entries";
import { assertKnownValues } from "./values";

interface Release {
  readonly chart: string;
  readonly values: object;
}

test.each(stacks.map(([name]) => name))(
  "the charts of the %s stack know every value that they are given",
  async (stack) => {
    const releases = (await entriesOf(stack)).filter(isRelease).map(({ inputs }) => inputs as unknown as Release);
    for (const { chart, values } of releases)
      // A chart of a repository is named alone, one of an OCI registry by its address.
      expect(() => {
        assertKnownValues(chart.split("/").at(-1) ?? "", values);
      }).not.toThrow();
  },
);
