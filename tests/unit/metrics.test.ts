import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gpuAlerts, platformAlerts, traefikAlerts } from "../../components/observability/alerts";
import * as metrics from "../../components/observability/metrics";
import { increase, quantile, rate, series, sum } from "../../components/observability/promql";

const recorded = new Map(
  readFileSync(join(__dirname, "../contracts/metrics/vllm-0.32.0.txt"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(" "))
    .map(([name = "", ...labels]) => [name, labels] as const),
);
const exporters: Readonly<Record<string, Readonly<Record<string, metrics.Metric>>>> = metrics;
const all = Object.values(exporters).flatMap((exporter) => Object.values(exporter));

test.each(Object.values(metrics.vllm))("vLLM has $name with the labels we query", ({ kind, name, labels }) => {
  const found = recorded.get(kind === "histogram" ? `${name}_bucket` : name);
  expect(found).toEqual(expect.arrayContaining([...labels]));
});

test("a counter's name ends in _total, no other metric's does", () => {
  for (const { kind, name } of all) expect([name, name.endsWith("_total")]).toEqual([name, kind === "counter"]);
});

test("every metric of the catalogue is queried by an alert or by a scaler", () => {
  const queries = [...platformAlerts, ...traefikAlerts, ...gpuAlerts].map(({ expression }) => expression).join("\n");
  const scalers = [metrics.gateway.requestsInFlight.name, metrics.gateway.requestsQueued.name];
  const unused = all.filter(({ name }) => !queries.includes(name) && !scalers.includes(name));
  expect(unused).toEqual([]);
});

describe("PromQL", () => {
  const { requestsInFlight } = metrics.gateway;
  const { serviceRequests } = metrics.traefik;

  test.each([
    ["a series", series(requestsInFlight, { model: "tiny" }), 'ai_gateway_requests_in_flight{model="tiny"}'],
    ["a sum", sum(requestsInFlight), "sum (ai_gateway_requests_in_flight)"],
    ["a sum per label", sum(requestsInFlight, { by: ["model"] }), "sum by (model) (ai_gateway_requests_in_flight)"],
    [
      "the request rate of one service over a minute",
      rate(serviceRequests, { where: { service: /rawdrive-backend-.*/ }, window: "1m" }),
      'sum (rate(traefik_service_requests_total{service=~"rawdrive-backend-.*"}[1m]))',
    ],
    ["a growth", increase(serviceRequests, { window: "5m" }), "sum (increase(traefik_service_requests_total[5m]))"],
    [
      "a quantile",
      quantile(0.95, metrics.vllm.timeToFirstToken, { by: ["model_name"], window: "5m" }),
      "histogram_quantile(0.95, sum by (le, model_name) (rate(vllm:time_to_first_token_seconds_bucket[5m])))",
    ],
    [
      "a quoted text",
      series(requestsInFlight, { model: 'a"b\\c' }),
      'ai_gateway_requests_in_flight{model="a\\"b\\\\c"}',
    ],
  ])("%s", (_, query, expected) => {
    expect(query).toBe(expected);
  });
});
