import type { Dashboard, Part } from "../../../components/foundation";
import { Certificates } from "../../../components/platform/certificates";
import { certificatesKeys } from "../../../components/platform/certificates/keys";
import { Monitoring } from "../../../components/platform/monitoring";
import { monitoringKeys } from "../../../components/platform/monitoring/keys";
import { keysOf, recordPart, site } from "../../support/builders";
import { flows } from "../../support/edges";
import { record, type Recorded } from "../../support/mocks";

const backend: Part = {
  name: "backend",
  connections: {},
  members: [],
  metrics: [{ name: "backend", peer: { namespace: "ai-platform", labels: { app: "backend" } }, port: 8000 }],
};

const monitoring = (keys: object = {}, { parts = [backend], signed = false } = {}) =>
  recordPart((around) => {
    const certificates = signed
      ? new Certificates("certificates", { ...keysOf(certificatesKeys), site: around })
      : undefined;
    const part = new Monitoring("monitoring", { ...keysOf(monitoringKeys, keys), site: around, certificates });
    part.watch(parts);
    return part;
  });

const values = (stack: Recorded) => (stack.get("monitoring", "Release").inputs as { values: object }).values;

test("the webhook's certificate exists before the operator needs it; without cert-manager the chart makes one", async () => {
  const { stack } = await monitoring({}, { signed: true });
  expect(stack.get("monitoring", "Release").dependsOn).toContain(stack.get("issuer-internal").urn);
  expect(values(stack)).toHaveProperty("prometheusOperator.admissionWebhooks.certManager.enabled", true);
  expect(values((await monitoring()).stack)).toHaveProperty(
    "prometheusOperator.admissionWebhooks.certManager.enabled",
    false,
  );
});

test("its namespace is privileged for the node exporter, and says so", async () => {
  const { stack } = await monitoring();
  expect(stack.object("Namespace", "monitoring").inputs).toMatchObject({
    metadata: {
      labels: { "pod-security.kubernetes.io/enforce": "privileged" },
      annotations: { "ai-platform.dev/exempt.namespaces-enforce-restricted": expect.stringContaining("node-exporter") },
    },
  });
});

test("C60 Grafana's password is generated, and reaches the chart by the name of its Secret alone", async () => {
  const { stack } = await monitoring();
  expect(values(stack)).toHaveProperty("grafana.admin.existingSecret", "grafana-admin");
  expect(JSON.stringify(values(stack))).not.toContain("generated-");
  expect(stack.object("Secret", "grafana-admin").inputs).toMatchObject({
    metadata: { namespace: "monitoring" },
    stringData: { username: "admin", password: "generated-monitoring-grafana-admin-password" },
  });
});

test("the Release's values are known in a preview of an empty cluster", async () => {
  const make = () => new Monitoring("monitoring", { ...keysOf(monitoringKeys), site: site() });
  expect(values(await record(make, { preview: true }))).toHaveProperty("grafana.admin.existingSecret", "grafana-admin");
});

describe("receivers", () => {
  const keys = { receivers: { pager: { webhook: { secret: "pagerUrl" } }, chat: { slack: { secret: "chatUrl" } } } };

  test("read what they must not show from a Secret, and no value of it is in the chart's values", async () => {
    const { stack } = await monitoring(keys);
    expect(stack.object("Secret", "alertmanager-receivers")).toMatchObject({
      inputs: {
        metadata: { namespace: "monitoring" },
        stringData: { pager: "decrypted-pagerUrl", chat: "decrypted-chatUrl" },
      },
      secretInputs: ["stringData"],
    });
    const text = JSON.stringify(values(stack));
    expect(text).toContain("/etc/alertmanager/secrets/alertmanager-receivers/pager");
    expect(text).not.toContain("decrypted-");
    expect(stack.get("monitoring", "Release").dependsOn).toContain(
      stack.object("Secret", "alertmanager-receivers").urn,
    );
  });

  test("are reached by Alertmanager, where there are any", async () => {
    const way = "monitoring/alertmanager -> public addresses:443";
    expect(flows((await monitoring(keys)).stack).access).toContain(way);
    expect(flows((await monitoring()).stack).access).not.toContain(way);
    expect((await monitoring()).stack.ofType("Secret").map(({ name }) => name)).toEqual(["monitoring-grafana-admin"]);
  });
});

test("C201 what a part measures is scraped where its pods are, once the operator knows monitors", async () => {
  const { part, stack } = await monitoring();
  const monitor = stack.get("backend-monitor", "PodMonitor");
  expect(monitor.inputs).toMatchObject({
    metadata: { name: "backend", namespace: "monitoring" },
    spec: {
      namespaceSelector: { matchNames: ["ai-platform"] },
      selector: { matchLabels: { app: "backend" } },
      podMetricsEndpoints: [{ portNumber: 8000, path: "/metrics" }],
    },
  });
  expect(monitor.dependsOn).toContain(stack.get("monitoring", "Release").urn);
  expect(part.client.peer).toEqual({ namespace: "monitoring", labels: { "app.kubernetes.io/name": "prometheus" } });
});

test("a part may measure at another path", async () => {
  const parts = [{ ...backend, metrics: [{ name: "b", peer: { namespace: "n", labels: {} }, port: 1, path: "/m" }] }];
  const { stack } = await monitoring({}, { parts });
  expect(stack.get("b-monitor").inputs).toHaveProperty("spec.podMetricsEndpoints.0.path", "/m");
});

test("A52 C220 alerts are rules by group, each with severity, texts and the page that says what to do", async () => {
  const alert = { expression: "up == 0", for: "5m", severity: "critical", summary: "s", description: "d" } as const;
  const parts = [
    { ...backend, alerts: [{ name: "BackendDown", ...alert }] },
    { ...backend, name: "gpu", metrics: [], alerts: [{ name: "GpuHot", ...alert }], alertGroup: "gpu-alerts" },
  ];
  const { stack } = await monitoring({ runbooks: "https://docs.example.com/runbooks/" }, { parts });
  const rules = stack.ofType("PrometheusRule").map(({ name }) => name);
  expect(rules.sort()).toEqual(["alerts", "gpu-alerts"]);
  expect(stack.get("alerts", "PrometheusRule").inputs).toMatchObject({
    metadata: { namespace: "monitoring" },
    spec: {
      groups: [
        {
          name: "alerts",
          rules: [
            {
              alert: "BackendDown",
              expr: "up == 0",
              for: "5m",
              labels: { severity: "critical" },
              annotations: {
                summary: "s",
                description: "d",
                runbook_url: "https://docs.example.com/runbooks/BackendDown.md",
              },
            },
          ],
        },
      ],
    },
  });
});

test("dashboards are config maps that Grafana finds, one for all parts that declare it", async () => {
  const dashboard: Dashboard = { name: "gateway", title: "Gateway", panels: [] };
  const parts = ["one", "two"].map((name) => ({ ...backend, name, metrics: [], dashboards: [dashboard] }));
  const { stack } = await monitoring({}, { parts });
  const { inputs } = stack.object("ConfigMap", "dashboard-gateway");
  expect(inputs).toMatchObject({ metadata: { namespace: "monitoring", labels: { grafana_dashboard: "1" } } });
  const { data } = inputs as { data: Record<string, string> };
  expect(JSON.parse(data["gateway.json"] ?? "")).toMatchObject({ uid: "gateway", title: "Gateway" });
});

test("servers that Grafana asks are config maps that it finds, and are asked by its pods", async () => {
  const server = { name: "loki", peer: { namespace: "logging", labels: {} }, ports: [3100] };
  const parts = [
    { ...backend, metrics: [], dataSources: [{ name: "Loki", type: "loki", url: "http://loki:3100", server }] },
  ];
  const { part, stack } = await monitoring({}, { parts });
  const { inputs } = stack.object("ConfigMap", "data-source-loki");
  expect(inputs).toMatchObject({ metadata: { namespace: "monitoring", labels: { grafana_datasource: "1" } } });
  const { data } = inputs as { data: Record<string, string> };
  expect(JSON.parse(data["loki.yaml"] ?? "")).toMatchObject({
    datasources: [{ name: "Loki", type: "loki", url: "http://loki:3100", access: "proxy" }],
  });
  expect(part.viewer.peer.labels).toEqual({ "app.kubernetes.io/name": "grafana" });
});

test("Prometheus reaches kubelets and node exporters, which answer at the nodes' addresses; others reach its API", async () => {
  const { part, stack } = await monitoring();
  expect(flows(stack).access).toContain("monitoring/prometheus -> anywhere:10250,9100");
  expect(part.connections.default).toMatchObject({
    name: "prometheus",
    host: "kube-prometheus-stack-prometheus.monitoring.svc.cluster.local",
    port: 9090,
  });
});
