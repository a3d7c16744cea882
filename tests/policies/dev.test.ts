import { type Judgement, judgeStack } from "./program";

describe("the dev stack", () => {
  let judgement: Judgement;
  beforeAll(async () => {
    judgement = await judgeStack("dev");
  });

  test("breaks no rule", () => {
    expect(judgement.violations).toEqual([]);
  });

  test("needs every exemption it has", () => {
    expect(judgement.unusedExemptions).toEqual([]);
  });
});
