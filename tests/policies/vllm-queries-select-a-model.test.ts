import { vllmQueriesSelectAModel } from "../../policies/rules/vllm-queries-select-a-model";
import { deployment, scaledJob, scaledObject } from "./builders";
import { describeRule } from "./judge";

function withQuery(query: string) {
  return scaledObject({ "spec.triggers[0].metadata.query": query });
}

function finding(query: string): string {
  return `spec.triggers[0].metadata.query is ${JSON.stringify(query)}, must be a query with model_name in every vllm: selector`;
}

describeRule(vllmQueriesSelectAModel, {
  passes: {
    "a query by model_name": scaledObject(),
    "model_name among other labels": withQuery('vllm:num_requests_running{namespace="x", model_name=~"a|b"}'),
    "several metrics that all select": withQuery('vllm:a{model_name="x"} + vllm:b{model_name="x"}'),
    "metrics of other software": withQuery("sum(traefik_service_open_connections)"),
    "triggers without a query": scaledObject({ "spec.triggers": [{ type: "cpu", metadata: { value: "80" } }] }),
    "other kinds": deployment({ "spec.triggers": [{ metadata: { query: "vllm:a" } }] }),
  },
  refuses: {
    ...Object.fromEntries(
      [
        "sum(vllm:num_requests_waiting)",
        'vllm:num_requests_waiting{model="llama"}',
        'vllm:num_requests_waiting{my_model_name="llama"}',
        'vllm:num_requests_waiting{model_name!="llama"}',
        'vllm:a{model_name="x"} + vllm:b',
        'sum by (model_name) (vllm:a{namespace="x"})',
      ].map((query) => [query, [withQuery(query), finding(query)] as const]),
    ),
    "the same in a ScaledJob": [
      scaledJob({ "spec.triggers": [{ type: "prometheus", metadata: { query: "vllm:a" } }] }),
      finding("vllm:a"),
    ],
  },
});
