import { counter, gauge, histogram } from "../../../components/foundation/metric";
import { increase, max, quantile, rate, series, sum } from "../../../components/foundation/promql";

const inFlight = gauge("requests_in_flight", ["model"]);
const requests = counter("requests_total", ["code", "service"]);
const firstToken = histogram("first_token_seconds", ["model"]);

test.each([
  ["a series", series(inFlight, { model: "tiny" }), 'requests_in_flight{model="tiny"}'],
  ["a sum", sum(inFlight), "sum (requests_in_flight)"],
  ["a sum per label", sum(inFlight, { by: ["model"] }), "sum by (model) (requests_in_flight)"],
  ["the largest value per label", max(inFlight, { by: ["model"] }), "max by (model) (requests_in_flight)"],
  [
    "the rate of what a regular expression selects as a whole",
    rate(requests, { where: { code: /5../, service: /api-\d+/ }, window: "1m" }),
    'sum (rate(requests_total{code=~"5..",service=~"api-\\\\d+"}[1m]))',
  ],
  ["a growth", increase(requests, { by: ["code"], window: "5m" }), "sum by (code) (increase(requests_total[5m]))"],
  [
    "a quantile, which keeps the label of the buckets",
    quantile(0.95, firstToken, { by: ["model"], window: "5m" }),
    "histogram_quantile(0.95, sum by (le, model) (rate(first_token_seconds_bucket[5m])))",
  ],
  ["a quoted text", series(inFlight, { model: 'a"b\\c' }), 'requests_in_flight{model="a\\"b\\\\c"}'],
])("%s", (_, query, expected) => {
  expect(query).toBe(expected);
});
