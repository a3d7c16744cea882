import { type Judgement, judgeStack } from "./program";

describe("the prod stack", () => {
  let judgement: Judgement;
  beforeAll(async () => {
    judgement = await judgeStack("prod");
  });

  test("breaks no rule", () => {
    expect(judgement.violations).toEqual([]);
  });

  test("needs every exemption it has", () => {
    expect(judgement.unusedExemptions).toEqual([]);
  });
});
