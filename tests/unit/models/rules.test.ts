import { configOf, problemsOf, type StackKeys } from "../../support/stack-file";

// Mistakes of single keys stand in tests/mistakes; here are the rules between parts.
const simulator = (keys: object = {}) => ({ models: { tiny: { kind: "simulator", ...keys } } });
const vllm = (keys: object = {}) => ({
  models: { m: { source: `hf://a/b@${"0".repeat(40)}`, contextTokens: 8192, weights: "20Gi", ...keys } },
});

describe("models that could not run are refused", () => {
  test.each<readonly [string, StackKeys, string]>([
    [
      "bounds without anything that measures",
      { ...simulator({ replicas: { min: 1, max: 3 } }), autoscaling: {} },
      "but the stack has no ai-platform:monitoring,",
    ],
    [
      "a sleeping model without either",
      simulator({ replicas: { min: 0, max: 1 } }),
      "but the stack has no ai-platform:autoscaling and no ai-platform:monitoring, which would move the number.\n" +
        '  Add "ai-platform:autoscaling: {}", or set min and max to the same number.',
    ],
  ])("%s", (_what, keys, message) => {
    expect(problemsOf(keys)).toContain(message);
  });
});

test.each<readonly [string, StackKeys]>([
  ["a fixed number of pods without an autoscaler", simulator({ replicas: { min: 2, max: 2 } })],
  ["bounds with an autoscaler", { ...simulator({ replicas: { min: 0, max: 3 } }), autoscaling: {}, monitoring: {} }],
  ["a GPU model with GPUs", { ...vllm(), gpu: {} }],
])("%s is accepted", (_what, keys) => {
  expect(() => configOf(keys)).not.toThrow();
});
