import type { Recorded } from "../support/mocks";
import { object, objectsIn } from "../support/objects";
import { recordStack } from "../support/program";
import { NAMESPACE, PARTS, STACK } from "./web-platform";

let recorded: Recorded;
beforeAll(async () => {
  recorded = await recordStack(STACK);
});

interface Values {
  readonly prometheus: {
    readonly serviceMonitor?: object;
    readonly prometheusSpec: {
      readonly retention: string;
      readonly retentionSize: string;
      readonly remoteWrite?: object;
      readonly storageSpec: { readonly volumeClaimTemplate: { readonly spec: object } };
    };
  };
  readonly alertmanager: {
    readonly config: { readonly receivers: readonly object[]; readonly route: { readonly routes: readonly object[] } };
  };
  readonly grafana: { readonly sidecar: Readonly<Record<string, unknown>> };
}

const values = () => recorded.get("monitoring", "Release").inputs["values"] as Values;

interface MonitorSpec {
  readonly namespaceSelector: object;
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly podMetricsEndpoints: readonly { readonly portNumber: number; readonly path: string }[];
}

interface Dashboard {
  readonly title: string;
  readonly panels: readonly {
    readonly title: string;
    readonly datasource: object;
    readonly targets: readonly { readonly expr: string }[];
  }[];
}

const dashboards = () =>
  objectsIn(recorded, "monitoring", "ConfigMap")
    .filter(({ metadata }) => metadata.labels["grafana_dashboard"] === "1")
    .map(({ metadata }) => recorded.object("ConfigMap", metadata.name).inputs["data"] as Record<string, string>)
    .flatMap((data) => Object.values(data).map((text) => JSON.parse(text) as Dashboard));

/** Queries of a panel of a part's dashboard. */
function queries(part: string, panel: string): string[] {
  const dashboard = dashboards().find(({ title }) => title === `ai-platform-${part}`);
  const found = dashboard?.panels.find(({ title }) => title === panel);
  if (!found) throw new Error(`The dashboard of the ${part} has no panel "${panel}".`);
  return found.targets.map(({ expr }) => expr);
}

describe("metrics", () => {
  test.each([
    ["frontend", 9113],
    ["backend", 8000],
  ])("B75 Prometheus scrapes the %s on port %d of its pods", (component, port) => {
    const { spec } = object<MonitorSpec>(recorded, "PodMonitor", `ai-platform-${component}`);
    expect(spec.namespaceSelector).toEqual({ matchNames: [NAMESPACE] });
    expect(spec.selector.matchLabels).toMatchObject({ app: "ai-platform", component });
    expect(spec.podMetricsEndpoints).toEqual([{ portNumber: port, path: "/metrics" }]);
  });

  test("B75 the static frontend has an exporter beside it, and Prometheus scrapes itself by the chart's default", () => {
    const { spec } = object<{ template: { spec: { containers: { name: string; args?: string[] }[] } } }>(
      recorded,
      "Deployment",
      "ai-platform-frontend",
    );
    expect(spec.template.spec.containers).toMatchObject([
      { name: "ai-platform-frontend" },
      { name: "exporter", args: ["--nginx.scrape-uri=http://localhost:8080/stub_status"] },
    ]);
    expect(values().prometheus.serviceMonitor).toBeUndefined();
  });

  test("B76 Prometheus keeps series in its own database on a volume, with a retention by time and by size", () => {
    const { retention, retentionSize, remoteWrite, storageSpec } = values().prometheus.prometheusSpec;
    expect([retention, retentionSize, remoteWrite]).toEqual(["15d", "40960MiB", undefined]);
    expect(storageSpec.volumeClaimTemplate.spec).toMatchObject({ resources: { requests: { storage: "50Gi" } } });
  });

  test("B77 the backend's response time is a histogram, shown by its quantiles", () => {
    const series =
      'http_request_duration_seconds_bucket{namespace="ai-platform",pod=~"ai-platform-backend-[0-9a-z]+-[0-9a-z]{5}"}';
    expect(queries("backend", "Response time")).toEqual(
      [0.5, 0.95, 0.99].map((q) => `histogram_quantile(${q}, sum by (le) (rate(${series}[5m])))`),
    );
  });

  test("B78 the requests that the backend works on are shown for each pod", () => {
    expect(queries("backend", "Requests in flight")).toEqual([
      'sum by (pod) (http_requests_in_progress{namespace="ai-platform",pod=~"ai-platform-backend-[0-9a-z]+-[0-9a-z]{5}"})',
    ]);
  });

  test.each(PARTS)("B79 CPU and memory of the %s are shown, memory beside its limit", (part) => {
    const [cpu = ""] = queries(part, "CPU");
    const [memory = "", limit = ""] = queries(part, "Memory");
    expect(cpu).toContain("rate(container_cpu_usage_seconds_total{");
    expect(memory).toContain("container_memory_working_set_bytes{");
    expect(limit).toContain("kube_pod_container_resource_limits{");
    for (const query of [cpu, memory, limit])
      expect(query).toContain(`{namespace="ai-platform",pod=~"ai-platform-${part}-`);
  });
});

describe("Grafana", () => {
  test("B80 its data source is the Prometheus that the chart provisions, and every panel asks that one", () => {
    expect(values().grafana.sidecar).not.toHaveProperty("datasources");
    const sources = dashboards().flatMap(({ panels }) => panels.map(({ datasource }) => datasource));
    expect(new Set(sources.map((source) => JSON.stringify(source)))).toEqual(
      new Set([JSON.stringify({ type: "prometheus", uid: "prometheus" })]),
    );
  });

  test("B81 it finds a dashboard of each component, from provisioned files", () => {
    expect(values().grafana.sidecar).not.toHaveProperty("dashboards");
    const titles = dashboards().map(({ title }) => title);
    expect(titles).toEqual(expect.arrayContaining(PARTS.map((part) => `ai-platform-${part}`)));
  });
});

describe("alerts", () => {
  interface RuleSpec {
    readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
  }
  const rules = () =>
    objectsIn<RuleSpec>(recorded, "monitoring", "PrometheusRule").flatMap(({ spec }) =>
      spec.groups.flatMap((group) => group.rules),
    );

  test("B82 every component has alerts", () => {
    const names = rules().map(({ alert }) => alert);
    expect(names).toEqual(
      expect.arrayContaining([
        ...["PostgresDown", "RedisDown", "TraefikHighErrorRate"],
        ...["ServiceDown", "ServiceNearMemoryLimit", "ContainerOutOfMemory"],
      ]),
    );
    expect(rules().find(({ alert }) => alert === "ServiceDown")?.expr).toBe(
      'kube_deployment_status_replicas_available{namespace="ai-platform"} == 0 and kube_deployment_spec_replicas{namespace="ai-platform"} > 0',
    );
  });

  test("B82 somebody is told about all of them", () => {
    const { receivers, route } = values().alertmanager.config;
    expect(receivers).toContainEqual({
      name: "on-call",
      email_configs: [expect.objectContaining({ to: "on-call@example.com" })],
    });
    expect(route.routes).toContainEqual({
      receiver: "on-call",
      matchers: ['severity =~ "warning|critical"'],
      continue: true,
    });
  });
});
