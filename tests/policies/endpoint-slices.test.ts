import { judgeStack } from "./program";

test("a stack whose gateway has a token to read EndpointSlices breaks no rule", async () => {
  const { violations } = await judgeStack("prod", { "ai-platform:backend": '{"engineDiscovery":"endpointSlices"}' });
  expect(violations).toEqual([]);
});
