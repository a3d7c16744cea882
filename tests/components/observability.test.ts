import { Ingress } from "../../components/ingress";
import { configOf, surroundings } from "../support/builders";
import { record, type Recorded, type Registered } from "../support/mocks";

function deployed(keys: Record<string, string> = {}) {
  return record(() => {
    const { config, artifacts, certificates, observability, namespace } = surroundings(configOf(keys));
    new Ingress("ingress", { ...config.ingress, artifacts, certificates, observability });
    observability.scrape("backend", { namespace, labels: { app: "backend" }, port: 8000 }, {});
  });
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

function rulesOf({ inputs }: Registered): Rule[] {
  return (inputs as { spec: { groups: { rules: Rule[] }[] } }).spec.groups.flatMap(({ rules }) => rules);
}

function rule(stack: Recorded, group: string, alert: string): Rule {
  const found = rulesOf(stack.get(group)).find((candidate) => candidate.alert === alert);
  if (!found) throw new Error(`Group ${group} has no alert ${alert}.`);
  return found;
}

test("the webhook's certificate exists before the operator needs it", async () => {
  const stack = await deployed();
  const release = stack.get("observability", "Release");
  expect(release.dependsOn).toContain(stack.get("issuer-internal").urn);
});

test("Grafana's password is generated, and reaches the chart by the name of its Secret alone", async () => {
  const stack = await deployed();
  const { values } = stack.get("observability", "Release").inputs as { values: object };
  expect(values).toHaveProperty("grafana.admin.existingSecret", "grafana-admin");
  expect(JSON.stringify(values)).not.toContain("generated-");
  expect(stack.get("observability-grafana-admin", "core/v1:Secret").inputs).toMatchObject({
    metadata: { name: "grafana-admin", namespace: "monitoring" },
  });
});

test("the Release's values are known in a preview of an empty cluster", async () => {
  const stack = await record(() => void surroundings(configOf()), { preview: true });
  const { values } = stack.get("observability", "Release").inputs as { values: object };
  expect(values).toHaveProperty("grafana.admin.existingSecret", "grafana-admin");
});

test("C201 a scraped workload gets a monitor and both halves of the edge", async () => {
  const stack = await deployed();
  const monitor = stack.get("backend-monitor");
  expect(monitor.inputs).toMatchObject({
    metadata: { name: "backend", namespace: "monitoring" },
    spec: {
      namespaceSelector: { matchNames: ["ai-platform"] },
      selector: { matchLabels: { app: "backend" } },
      podMetricsEndpoints: [{ portNumber: 8000, path: "/metrics" }],
    },
  });
  expect(monitor.dependsOn).toContain(stack.get("observability", "Release").urn);
  expect(stack.get("prometheus-to-backend-egress").inputs).toMatchObject({
    metadata: { namespace: "monitoring" },
    spec: { podSelector: { matchLabels: { "app.kubernetes.io/name": "prometheus" } } },
  });
  expect(stack.get("prometheus-to-backend-ingress").inputs).toMatchObject({ metadata: { namespace: "ai-platform" } });
});

describe("alerts", () => {
  test("A52 general and Traefik's are two groups", async () => {
    const stack = await deployed();
    const groups = stack
      .ofType("PrometheusRule")
      .flatMap(({ inputs }) => (inputs as { spec: { groups: { name: string }[] } }).spec.groups);
    expect(groups.map(({ name }) => name).sort()).toEqual(["alerts", "traefik-alerts"]);
  });

  test("A48 TraefikHighErrorRate: more than 5 % of all answers of services are 5xx, for 2 minutes, critical", async () => {
    expect(rule(await deployed(), "traefik-alerts", "TraefikHighErrorRate")).toMatchObject({
      expr: 'sum (rate(traefik_service_requests_total{code=~"5.."}[5m])) / sum (rate(traefik_service_requests_total[5m])) > 0.05',
      for: "2m",
      labels: { severity: "critical" },
    });
  });

  test("A49 KEDAScaledObjectNotReady: errors of a scaled object, for 5 minutes, warning", async () => {
    expect(rule(await deployed(), "alerts", "KEDAScaledObjectNotReady")).toMatchObject({
      expr: "sum by (exported_namespace, scaledObject) (increase(keda_scaled_object_errors_total[5m])) > 0",
      for: "5m",
      labels: { severity: "warning" },
    });
  });

  test("A50 latency: one request in twenty waits more than a second for its first token", async () => {
    const { expr } = rule(await deployed(), "alerts", "TimeToFirstTokenAboveObjective");
    expect(expr).toBe(
      "histogram_quantile(0.95, sum by (le, model_name) (rate(vllm:time_to_first_token_seconds_bucket[5m]))) > 1",
    );
  });

  test("A51 A82 an autoscaler that can move stays at its maximum for 10 minutes", async () => {
    const alert = rule(await deployed(), "alerts", "AutoscalerSaturated");
    expect(alert).toMatchObject({ for: "10m", labels: { severity: "warning" } });
    expect(alert.expr).toBe(
      "(kube_horizontalpodautoscaler_status_current_replicas >= kube_horizontalpodautoscaler_spec_max_replicas) and " +
        "(kube_horizontalpodautoscaler_spec_max_replicas > kube_horizontalpodautoscaler_spec_min_replicas)",
    );
  });

  test("C210 C211 late first tokens and long queues are told per model", async () => {
    const stack = await deployed();
    const late = rule(stack, "alerts", "TimeToFirstTokenHigh");
    expect(late.for).toBe("5m");
    expect(late.expr).toMatch(/vllm:time_to_first_token_seconds_bucket.* > 5$/);
    expect(rule(stack, "alerts", "EngineQueueLong")).toMatchObject({
      expr: "sum by (model_name) (vllm:num_requests_waiting) > 50",
      for: "5m",
      labels: { severity: "warning" },
    });
  });

  test("C220 every alert has a severity, a summary and a description", async () => {
    const stack = await deployed();
    const alerts = stack.ofType("PrometheusRule").flatMap(rulesOf);
    expect(alerts.length).toBeGreaterThan(5);
    for (const { labels, annotations } of alerts) {
      expect(["warning", "critical"]).toContain(labels.severity);
      expect(annotations.summary).not.toBe("");
      expect(annotations.description).not.toBe("");
    }
  });
});
