import { catalog } from "../../components/catalog";
import { expectGolden } from "../support/golden";

const declared = Object.values(catalog).flatMap((room) => Object.values(room).flatMap((kind) => kind.customKinds));
/** A line for each; what two components declare alike is one. */
const lines = [
  ...new Set(declared.map(({ group, kind, stateful, images }) => JSON.stringify({ group, kind, stateful, images }))),
].sort();

test("policies/custom-kinds.json is what the catalogue says", () => {
  expectGolden("policies/custom-kinds.json", `[\n  ${lines.join(",\n  ")}\n]\n`);
});

test("no two components contradict each other about a custom kind", () => {
  const names = declared.map(({ group, kind }) => `${group}/${kind}`);
  expect(lines).toHaveLength(new Set(names).size);
});
