import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { stringify } from "yaml";
import { traefikMetrics } from "../../components/platform/ingress/metrics";
import { flows } from "../support/edges";
import type { Recorded } from "../support/mocks";
import { rawConfig, recordConfig, recordStack } from "../support/program";

/** The rows of RawDrive about metrics, alerts, targets and dashboards. */
const FILE = resolve(__dirname, "../../examples/rawdrive/Pulumi.rawdrive.yaml");
const BACKEND = 'service=~"rawdrive-rawdrive-backend(-\\\\d+)?-[0-9a-f]{20}@kubernetescrd"';

let stack: Recorded;
/** The stack file after `pulumi config set --secret ai-platform:pagerUrl` and the receiver that README.md shows. */
let told: Recorded;
beforeAll(async () => {
  stack = await recordStack("rawdrive");
  const receivers = { pager: { webhook: { secret: "pagerUrl" } } };
  const keys = {
    "ai-platform:pagerUrl": { secure: "v1:xxxxxxxxxxxxxxxx:xxxxxxxxxxxxxxxxxxxx" },
    "ai-platform:monitoring": { retention: "15d", receivers },
  };
  const text = readFileSync(FILE, "utf8");
  const without = text.replace(/^ {2}ai-platform:monitoring:.*\n/m, "");
  told = await recordConfig(rawConfig(without + stringify(keys).replace(/^/gm, "  ")));
});

function values(of: Recorded, release: string): Record<string, unknown> {
  return of.get(release, "Release").inputs["values"] as Record<string, unknown>;
}

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
}

function group(name: string): Rule[] {
  const { spec } = stack.object("PrometheusRule", name).inputs as {
    spec: { groups: { name: string; rules: Rule[] }[] };
  };
  expect(spec.groups.map((one) => one.name)).toEqual([name]);
  return spec.groups[0]?.rules ?? [];
}

function alert(groupName: string, name: string): Rule | undefined {
  return group(groupName).find((rule) => rule.alert === name);
}

function recorded(name: string): Rule | undefined {
  return group("rawdrive-backend-objectives").find((rule) => rule.record === name);
}

interface DashboardJson {
  readonly title: string;
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}

function dashboard(name: string): DashboardJson {
  const { metadata, data } = stack.object("ConfigMap", `dashboard-${name}`).inputs as {
    metadata: { labels: Record<string, string> };
    data: Record<string, string>;
  };
  expect(metadata.labels["grafana_dashboard"]).toBe("1");
  return JSON.parse(data[`${name}.json`] ?? "") as DashboardJson;
}

test("A42 Prometheus collects metrics, on port 9090", () => {
  expect(stack.get("monitoring", "Release").inputs["chart"]).toMatch(/kube-prometheus-stack$/);
  expect(values(stack, "monitoring")).toMatchObject({ prometheus: { prometheusSpec: { retention: "15d" } } });
  expect(flows(stack).open).toContain("keda/app=keda-operator -> monitoring/prometheus:9090");
});

test("A43 Traefik publishes its metrics on entry point metrics, port 8082", () => {
  expect(values(stack, "ingress")).toHaveProperty("ports.metrics.port", 8082);
});

test("A44 Traefik's metrics carry entry points", () => {
  expect(values(stack, "ingress")).toHaveProperty("metrics.prometheus.addEntryPointsLabels", true);
});

test("A45 Traefik's metrics carry routers", () => {
  expect(values(stack, "ingress")).toHaveProperty("metrics.prometheus.addRoutersLabels", true);
});

test("A46 Traefik's metrics carry services", () => {
  expect(values(stack, "ingress")).toHaveProperty("metrics.prometheus.addServicesLabels", true);
});

test("A47 Prometheus scrapes Traefik on port 8082 at /metrics, and may reach it", () => {
  expect(stack.object("PodMonitor", "traefik").inputs).toMatchObject({
    spec: {
      namespaceSelector: { matchNames: ["traefik"] },
      podMetricsEndpoints: [{ portNumber: 8082, path: "/metrics" }],
    },
  });
  expect(flows(stack).open).toContain("monitoring/prometheus -> traefik/traefik:8082");
});

test("A48 TraefikHighErrorRate: more than 5 % of all answers over five minutes are 5xx, for 2 minutes, critical", () => {
  expect(alert("traefik-alerts", "TraefikHighErrorRate")).toMatchObject({
    expr: 'sum (rate(traefik_service_requests_total{code=~"5.."}[5m])) / sum (rate(traefik_service_requests_total[5m])) > 0.05',
    for: "2m",
    labels: { severity: "critical" },
  });
});

test("A49 KEDAScaledObjectNotReady: KEDA counts errors of a scaled object for 5 minutes, warning", () => {
  expect(alert("alerts", "KEDAScaledObjectNotReady")).toMatchObject({
    expr: "sum by (exported_namespace, scaledObject) (increase(keda_scaled_object_errors_total[5m])) > 0",
    for: "5m",
    labels: { severity: "warning" },
  });
});

test("A50 the backend's 95th percentile above one second alerts after 5 minutes, warning", () => {
  expect(alert("rawdrive-backend-objectives", "ServiceLatencyHigh")).toMatchObject({
    expr: 'service:edge_latency_seconds:quantile5m{namespace="rawdrive",service="rawdrive-backend"} > 1',
    for: "5m",
    labels: { severity: "warning" },
  });
  expect(recorded("service:edge_latency_seconds:quantile5m")?.expr).toBe(
    `histogram_quantile(0.95, sum by (le) (rate(traefik_service_request_duration_seconds_bucket{${BACKEND}}[5m])))`,
  );
});

test("A51 an autoscaler at its maximum alerts after 10 minutes", () => {
  const { expr, for: hold } = alert("alerts", "AutoscalerSaturated") ?? {};
  expect(hold).toBe("10m");
  expect(expr).toContain(
    "kube_horizontalpodautoscaler_status_current_replicas >= kube_horizontalpodautoscaler_spec_max_replicas",
  );
});

test("A52 general rules and Traefik's are two groups, alerts and traefik-alerts", () => {
  const names = (rules: Rule[]) => rules.flatMap((rule) => rule.alert ?? []);
  expect(names(group("traefik-alerts"))).toEqual(["TraefikHighErrorRate"]);
  expect(names(group("alerts"))).toEqual(expect.arrayContaining(["KEDAScaledObjectNotReady", "AutoscalerSaturated"]));
});

test("A53 Alertmanager routes alerts to the receiver that the stack file names, whose address is a secret", () => {
  const config = (of: Recorded) =>
    (values(of, "monitoring") as { alertmanager: { config: object } }).alertmanager.config;
  expect(config(told)).toMatchObject({
    route: {
      routes: expect.arrayContaining([
        expect.objectContaining({ receiver: "pager", matchers: ['severity =~ "warning|critical"'] }),
      ]),
    },
    receivers: expect.arrayContaining([
      {
        name: "pager",
        webhook_configs: [{ url_file: "/etc/alertmanager/secrets/alertmanager-receivers/pager", send_resolved: true }],
      },
    ]),
  });
  const secret = told.object("Secret", "alertmanager-receivers");
  expect(secret.inputs["stringData"]).toEqual({ pager: "decrypted-pagerUrl" });
  expect(secret.secretInputs).toContain("stringData");
  expect(JSON.stringify(config(told))).not.toContain("decrypted");
  // As it is committed, nobody is told yet, and Alertmanager says so.
  expect(config(stack)).toMatchObject({ route: { receiver: "nobody" }, receivers: [{ name: "nobody" }] });
});

test("A54 Grafana shows; alert rules are Prometheus' alone", () => {
  const { grafana } = values(stack, "monitoring") as { grafana: Record<string, unknown> };
  expect(grafana).not.toHaveProperty("enabled", false);
  expect(grafana).not.toHaveProperty("alerting");
  expect(stack.ofType("PrometheusRule").length).toBeGreaterThanOrEqual(3);
});

test("A55 dashboards are files that Grafana's sidecar finds by their label", () => {
  const labelled = stack
    .ofType("ConfigMap")
    .map(({ inputs }) => inputs["metadata"] as { name?: string; namespace: string; labels: Record<string, string> })
    .filter(({ labels }) => labels["grafana_dashboard"] === "1");
  expect(labelled.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["dashboard-ingress-traffic", "dashboard-objectives-rawdrive-backend"]),
  );
});

test.each(["entry point", "router", "service"])("A56 a dashboard shows requests, errors and latency by %s", (what) => {
  const label = what.replace(" ", "");
  const titles = [`Requests by ${what}`, `Server errors by ${what}`, `Latency by ${what}, p95`];
  const { panels } = dashboard("ingress-traffic");
  for (const title of titles) {
    const [query] = panels.find((panel) => panel.title === title)?.targets ?? [];
    expect(query?.expr).toContain(`traefik_${label}_request`);
    expect(query?.expr).toMatch(new RegExp(`by \\((le, )?${label}\\)`));
  }
});

test("A57 Loki keeps the lines of all pods for 30 days, Alloy on every node collects them, Grafana asks for them", () => {
  expect(stack.get("loki", "Release").inputs).toMatchObject({
    chart: expect.stringMatching(/loki$/),
    values: { loki: { limits_config: { retention_period: "720h" }, compactor: { retention_enabled: true } } },
  });
  const { values: alloy } = stack.get("alloy", "Release").inputs as {
    values: { alloy: { configMap: { content: string } }; controller: { type?: string } };
  };
  expect(alloy.controller.type ?? "daemonset").toBe("daemonset");
  const { content } = alloy.alloy.configMap;
  expect(content).toContain("loki.source.kubernetes");
  expect(content).toContain("http://loki.logging.svc.cluster.local:3100/loki/api/v1/push");
  // No namespace is left out.
  expect(content).not.toMatch(/namespaces \{|action\s*=\s*"drop"/);
  const sources = stack
    .ofType("ConfigMap")
    .filter(({ inputs }) => JSON.stringify(inputs).includes("grafana_datasource"));
  expect(sources.map(({ inputs }) => JSON.stringify(inputs["data"]))).toContainEqual(
    expect.stringMatching(/loki\.logging\.svc\.cluster\.local:3100/),
  );
});

/** Names and labels as the real server published them. */
const page = new Map(
  readFileSync(resolve(__dirname, "../contracts/metrics/traefik-3.7.9.txt"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(" "))
    .map(([name = "", ...labels]) => [name, labels] as const),
);

test.each(Object.values(traefikMetrics))("A56 Traefik has $name, with the labels that are asked for", (metric) => {
  const { kind, name, labels } = metric;
  expect(page.get(kind === "histogram" ? `${name}_bucket` : name)).toEqual(expect.arrayContaining([...labels]));
});

test("A56 every query of the dashboard asks for what Traefik has, by labels that it has", () => {
  for (const { targets } of dashboard("ingress-traffic").panels)
    for (const { expr } of targets) {
      const names = expr.match(/traefik_\w+/g) ?? [];
      const labels = [...expr.matchAll(/by \(([^)]+)\)/g)].flatMap(([, list = ""]) => list.split(", "));
      expect(names.length).toBeGreaterThan(0);
      for (const name of names) expect(page.get(name)).toEqual(expect.arrayContaining(labels));
    }
});

test("A79 the latency target is 200 ms at the 95th percentile, recorded and drawn beside it; above 1 s alerts", () => {
  expect(recorded("service:edge_latency_seconds:target")).toMatchObject({
    expr: "vector(0.2)",
    labels: { quantile: "0.95", service: "rawdrive-backend" },
  });
  expect(alert("rawdrive-backend-objectives", "ServiceLatencyHigh")?.expr).toMatch(/ > 1$/);
  const [latency] = dashboard("objectives-rawdrive-backend").panels;
  expect(latency?.targets.map(({ expr }) => expr.split("{")[0])).toEqual([
    "service:edge_latency_seconds:quantile5m",
    "service:edge_latency_seconds:target",
  ]);
  // A quantile is exact at the edges of buckets only.
  expect(values(stack, "ingress")).toHaveProperty(
    "metrics.prometheus.buckets",
    expect.stringMatching(/(^|,)0\.2,.*(^|,)1,/),
  );
});

test("A80 the error target is 0.1 %, recorded; above 5 % alerts after 2 minutes, critical", () => {
  expect(recorded("service:edge_errors:target")?.expr).toBe("vector(0.001)");
  expect(recorded("service:edge_errors:share5m")?.expr).toBe(
    `(sum (rate(traefik_service_requests_total{${BACKEND},code=~"5.."}[5m])) or vector(0)) / sum (rate(traefik_service_requests_total{${BACKEND}}[5m]))`,
  );
  expect(alert("rawdrive-backend-objectives", "ServiceErrorsHigh")).toMatchObject({
    expr: 'service:edge_errors:share5m{namespace="rawdrive",service="rawdrive-backend"} > 0.05',
    for: "2m",
    labels: { severity: "critical" },
  });
});

test("A81 above 500 requests per second more than the two fewest pods must run, or it alerts", () => {
  expect(recorded("service:edge_requests:rate1m")?.expr).toBe(
    `sum (rate(traefik_service_requests_total{${BACKEND}}[1m]))`,
  );
  expect(alert("rawdrive-backend-objectives", "ServiceNotScaling")).toMatchObject({
    expr: 'service:edge_requests:rate1m{namespace="rawdrive",service="rawdrive-backend"} > 500 and on () max (kube_deployment_spec_replicas{namespace="rawdrive",deployment="rawdrive-backend"}) <= 2',
    for: "5m",
  });
});

test("A82 the backend runs 2 to 100 pods, and being at its maximum alerts after 10 minutes", () => {
  expect(stack.object("ScaledObject", "rawdrive-backend-scaler").inputs).toMatchObject({
    spec: { minReplicaCount: 2, maxReplicaCount: 100 },
  });
  expect(alert("alerts", "AutoscalerSaturated")).toMatchObject({ for: "10m", labels: { severity: "warning" } });
});
