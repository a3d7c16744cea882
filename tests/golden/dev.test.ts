import { flows } from "../support/edges";
import { expectGolden } from "../support/golden";
import type { Recorded } from "../support/mocks";
import { recordStack } from "../support/program";
import { dump } from "./dump";
import { flowsPage } from "./flows";

let stack: Recorded;
beforeAll(async () => {
  stack = await recordStack("dev");
});

test("the dev stack is what was reviewed", () => {
  expectGolden("tests/golden/dev.json", dump(stack));
});

test("the network of the dev stack permits the reviewed flows and no other", () => {
  expectGolden("tests/golden/dev.flows.txt", flowsPage(flows(stack)));
});

test("no flow of the dev stack is opened at one end only", () => {
  expect(flows(stack).dangling).toEqual([]);
});
