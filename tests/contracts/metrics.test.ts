import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { images } from "../../components/versions";
import { catalogueOfAlerts, catalogueOfMetrics, sources } from "./catalogue";

const PAGES = join(__dirname, "metrics");
const GATEWAY = resolve(__dirname, "../../apps/backend/src/gateway/metrics.py");

/** Labels that Prometheus gives to what it scrapes, and those it renames because the target has one of the name. */
const OF_PROMETHEUS = ["namespace", "pod"];
const metrics = catalogueOfMetrics();

/** Names and labels of a recorded page, one metric per line. */
function page(file: string): ReadonlyMap<string, readonly string[]> {
  const lines = readFileSync(join(PAGES, file), "utf8").split("\n");
  const words = lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) => line.split(" "));
  return new Map(words.map(([name = "", ...labels]) => [name, labels]));
}

/** `vllm:num_requests_waiting` -> `vllm`: what all metrics of one program begin with. */
const family = (name: string) => name.split(/[:_]/)[0] ?? "";

test("the catalogue is found", () => {
  expect(metrics.map(({ key }) => key)).toEqual(
    expect.arrayContaining(["engineMetrics.requestsWaiting", "redisMetrics.up", "kedaMetrics.scaledObjectErrors"]),
  );
});

describe.each(readdirSync(PAGES))("%s", (file) => {
  const recorded = page(file);
  const families = new Set([...recorded.keys()].map(family));
  const own = metrics.filter(({ metric }) => families.has(family(metric.name)));

  test("has every metric that we query, with the labels by which we ask", () => {
    expect(own.length).toBeGreaterThan(0);
    for (const { metric } of own) {
      const name = metric.kind === "histogram" ? `${metric.name}_bucket` : metric.name;
      const labels = metric.labels.filter((label) => !OF_PROMETHEUS.includes(label));
      expect([name, recorded.get(name)]).toEqual([name, expect.arrayContaining(labels)]);
    }
  });
});

test("the page of vLLM was recorded from the version that runs", () => {
  expect(readdirSync(PAGES)).toContain(`vllm-${images.vllm.tag.replace(/^v/, "")}.txt`);
});

test("our gateway exports every metric that we query of it, with its labels", () => {
  const source = readFileSync(GATEWAY, "utf8");
  const own = metrics.filter(({ metric }) => metric.name.startsWith("ai_gateway_"));
  expect(own.length).toBeGreaterThan(0);
  for (const { metric } of own) {
    const labels = new RegExp(`"${metric.name}",[^\\]]*labels=\\[([^\\]]*)\\]`).exec(source)?.[1]?.split(", ");
    expect([metric.name, labels]).toEqual([
      metric.name,
      expect.arrayContaining(metric.labels.map((label) => JSON.stringify(label))),
    ]);
  }
});

test("a counter's name ends in _total, no other metric's does", () => {
  for (const { metric } of metrics)
    expect([metric.name, metric.name.endsWith("_total")]).toEqual([metric.name, metric.kind === "counter"]);
});

test("every metric of the catalogue is queried by somebody", () => {
  const texts = sources()
    .filter((file) => !file.endsWith("/metrics.ts"))
    .map((file) => readFileSync(file, "utf8"));
  const unused = metrics.filter(({ key }) => !texts.some((text) => text.includes(key)));
  expect(unused.map(({ key }) => key)).toEqual([]);
});

describe("alerts of components", () => {
  const alerts = catalogueOfAlerts();
  /** What a query names: everything but texts, groupings, functions, words of the language and numbers. */
  const namesIn = (query: string) =>
    query
      .replace(/\{[^}]*\}/g, " ")
      .replace(/\b(by|without|on|ignoring) *\([^)]*\)/g, " ")
      .replace(/\[[^\]]*\]/g, " ")
      .match(/[a-zA-Z_:][\w:]*(?! *\(|[\w:])/g)
      ?.filter((word) => !["and", "or", "unless", "bool"].includes(word)) ?? [];

  test("ask for metrics of the catalogue only, so that a misspelt name cannot stay silent for ever", () => {
    const known = metrics.flatMap(({ metric }) => [metric.name, `${metric.name}_bucket`]);
    expect(alerts.length).toBeGreaterThan(10);
    for (const { name, expression } of alerts) {
      expect([name, namesIn(expression).length]).not.toEqual([name, 0]);
      expect([name, namesIn(expression).filter((metric) => !known.includes(metric))]).toEqual([name, []]);
    }
  });

  test("C220 have names of their own, a hold time, and texts for people", () => {
    expect(new Set(alerts.map(({ name }) => name)).size).toBe(alerts.length);
    for (const { name, for: hold, summary, description, severity } of alerts) {
      expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
      expect(hold).toMatch(/^[1-9]\d*[smh]$/);
      expect(["warning", "critical"]).toContain(severity);
      expect([summary.length, description.length].every((length) => length > 10)).toBe(true);
    }
  });

  test("tell by their labels alone what they are about: a text names only labels that the query keeps", () => {
    for (const { name, expression, summary, description } of alerts) {
      const grouping = /\bby \(([^)]*)\)/.exec(expression)?.[1]?.split(", ");
      const named = [...`${summary} ${description}`.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label ?? "");
      const queried = metrics.filter(({ metric }) => expression.includes(metric.name));
      const labels = grouping ?? queried.flatMap(({ metric }) => [...metric.labels]);
      expect([name, named.filter((label) => !labels.includes(label))]).toEqual([name, []]);
    }
  });
});
