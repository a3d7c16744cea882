import { resourceRule, violation } from "../rule";

/** A vLLM metric in a query, with its label matchers if it has any. */
const SELECTOR = /vllm:\w+\s*(\{[^}]*\})?/g;
const MODEL_MATCHER = /[{,]\s*model_name\s*=~?\s*["']/;

export const vllmQueriesSelectAModel = resourceRule({
  name: "vllm-queries-select-a-model",
  why: "Without it one model's queue scales every model; with any other label (as in model) nothing is selected at all.",
  fix: 'select by model_name, as in vllm:num_requests_waiting{model_name="llama"}',
  check: (object) =>
    object.is("keda.sh", "ScaledObject", "ScaledJob")
      ? object
          .at("spec", "triggers")
          .items()
          .map((trigger) => trigger.at("metadata", "query"))
          .filter(({ text }) =>
            [...(text ?? "").matchAll(SELECTOR)].some(([selector]) => !MODEL_MATCHER.test(selector)),
          )
          .map((query) => violation(query, "a query with model_name in every vllm: selector"))
      : [],
});
