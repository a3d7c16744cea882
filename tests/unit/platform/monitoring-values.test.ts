import { Artifacts } from "../../../components/foundation";
import { buildValues } from "../../../components/platform/monitoring/values";
import { monitoringKeys } from "../../../components/platform/monitoring/keys";
import { assertKnownValues } from "../../contracts/values";
import { keysOf } from "../../support/builders";

const args = {
  artifacts: new Artifacts(),
  replicas: 1,
  retention: "30d",
  storage: "10Gi",
  memory: "768Mi",
  receivers: {},
  certManager: true,
  tolerations: [],
};
const told = keysOf(monitoringKeys, { receivers: { pager: { webhook: { secret: "pagerUrl" } } } });
const mirrored = { ...args, artifacts: new Artifacts({ imageMirror: "registry.example.com/mirror" }), replicas: 2 };

test.each([
  ["as they are by default", args],
  ["with a mirror", mirrored],
  ["with receivers", { ...args, receivers: told.receivers }],
])("the chart knows every value %s", (_, some) => {
  expect(() => {
    assertKnownValues("kube-prometheus-stack", buildValues(some));
  }).not.toThrow();
});

test("monitors and rules of every component count, whatever Release they belong to", () => {
  const { prometheusSpec } = buildValues(args).prometheus;
  for (const kind of ["rule", "serviceMonitor", "podMonitor", "probe", "scrapeConfig"])
    expect(prometheusSpec).toHaveProperty(`${kind}SelectorNilUsesHelmValues`, false);
});

test("C206 samples are kept for the retention, and given up before the volume is full", () => {
  const { retention, retentionSize, storageSpec } = buildValues(args).prometheus.prometheusSpec;
  expect(retention).toBe("30d");
  expect(storageSpec.volumeClaimTemplate.spec.resources.requests.storage).toBe("10Gi");
  expect(retentionSize).toBe("8192MiB");
});

test("a disruption budget never blocks a node with the only pod", () => {
  expect(buildValues(args).prometheus.podDisruptionBudget.enabled).toBe(false);
  expect(buildValues(mirrored).prometheus.podDisruptionBudget.enabled).toBe(true);
});

test("cert-manager signs the operator's webhook where it is installed; else the chart does", () => {
  const signed = (certManager: boolean) => buildValues({ ...args, certManager }).prometheusOperator.admissionWebhooks;
  expect(signed(true)).toEqual({ certManager: { enabled: true } });
  expect(signed(false)).toEqual({ certManager: { enabled: false } });
});

test("Alertmanager mounts what its receivers must not show, where there is something", () => {
  const { alertmanagerSpec } = buildValues({ ...args, receivers: told.receivers }).alertmanager;
  expect(alertmanagerSpec.secrets).toEqual(["alertmanager-receivers"]);
  expect(buildValues(args).alertmanager.alertmanagerSpec.secrets).toEqual([]);
});

test("every part but the node exporter, which runs everywhere, may run on nodes with the cluster's taints", () => {
  const tolerations = [{ key: "system", operator: "Exists" as const }];
  const { prometheusOperator, prometheus, alertmanager, grafana, ...others } = buildValues({ ...args, tolerations });
  const found = [
    prometheusOperator,
    prometheus.prometheusSpec,
    alertmanager.alertmanagerSpec,
    grafana,
    others["kube-state-metrics"],
  ];
  for (const part of found) expect(part).toMatchObject({ tolerations });
});

test("C60 Grafana's password comes from a Secret", () => {
  expect(buildValues(args).grafana.admin).toEqual({
    existingSecret: "grafana-admin",
    userKey: "username",
    passwordKey: "password",
  });
});

test("on a small cluster everything but Prometheus asks for less than 1 GiB and a quarter of a CPU", () => {
  const requests = requestsIn({ ...buildValues(args), prometheus: {} });
  expect(
    total(
      requests.map(({ memory }) => memory),
      /^(\d+)Mi$/,
    ),
  ).toBeLessThan(1024);
  expect(
    total(
      requests.map(({ cpu }) => cpu),
      /^(\d+)m$/,
    ),
  ).toBeLessThan(250);
});

function requestsIn(values: object): { cpu: string; memory: string }[] {
  return Object.entries(values).flatMap(([key, value]: [string, unknown]) => {
    if (typeof value !== "object" || value === null) return [];
    return key === "requests" && "cpu" in value ? [value as { cpu: string; memory: string }] : requestsIn(value);
  });
}

function total(quantities: string[], form: RegExp): number {
  return quantities.map((quantity) => Number(form.exec(quantity)?.[1])).reduce((sum, value) => sum + value, 0);
}
