import { flows } from "../support/edges";
import { expectGolden } from "../support/golden";
import type { Recorded } from "../support/mocks";
import { recordStack, stacks } from "../support/program";
import { dump } from "./dump";
import { flowsPage } from "./flows";

describe.each(stacks.map(([name]) => name))("the %s stack", (name) => {
  let stack: Recorded;
  beforeAll(async () => {
    stack = await recordStack(name);
  });

  test("is what was reviewed", () => {
    expectGolden(`tests/golden/stacks/${name}.yaml`, dump(stack));
  });

  test("has a network that permits the reviewed flows and no other", () => {
    expectGolden(`tests/golden/stacks/${name}.flows.txt`, flowsPage(flows(stack)));
  });

  test("opens no flow at one end only", () => {
    expect(flows(stack).dangling).toEqual([]);
  });
});
