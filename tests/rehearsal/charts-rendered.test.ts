import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeArchive } from "../../rehearsal/charts/archive.ts";
import { chartFiles } from "../../rehearsal/charts/chart.ts";
import { archivePath } from "../../rehearsal/charts/index.ts";
import { pins } from "../../rehearsal/charts/pins.ts";
import { run } from "../../rehearsal/process.ts";
import { ensureTools } from "../../rehearsal/tools/index.ts";
import { find, FIRST_RUN, type Manifest, render } from "./charts-rendering";

jest.setTimeout(FIRST_RUN);

test("takes replicas, resources and placement from the values", async () => {
  const resources = { requests: { cpu: "10m", memory: "32Mi" } };
  const spread = [{ maxSkew: 1, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "ScheduleAnyway" }];
  const values = { replicaCount: 3, resources, topologySpreadConstraints: spread, webhook: { replicaCount: 2 } };
  const manifests = await render(pins.certManager, values);
  expect(find(manifests, "Deployment", "cert-manager")?.spec).toMatchObject({
    replicas: 3,
    template: { spec: { topologySpreadConstraints: spread, containers: [{ resources }] } },
  });
  expect(find(manifests, "Deployment", "cert-manager-webhook")?.spec).toMatchObject({ replicas: 2 });
});

test("installs definitions only on request, and keeps them when the chart keeps them", async () => {
  const definitionsIn = (manifests: Manifest[]) => manifests.filter(({ kind }) => kind === "CustomResourceDefinition");
  expect(definitionsIn(await render(pins.certManager, {}))).toEqual([]);
  const installed = definitionsIn(await render(pins.certManager, { crds: { enabled: true } }));
  expect(installed).toHaveLength(6);
  for (const { metadata } of installed)
    expect(metadata.annotations).toMatchObject({ "helm.sh/resource-policy": "keep" });
});

test("leaves the number of replicas to an autoscaler", async () => {
  const autoscaling = { enabled: true, minReplicas: 2, maxReplicas: 5 };
  const manifests = await render(pins.traefik, { autoscaling });
  expect(find(manifests, "Deployment", "traefik")?.spec).not.toHaveProperty("replicas");
  expect(find(manifests, "HorizontalPodAutoscaler", "traefik")?.spec).toMatchObject({
    minReplicas: 2,
    maxReplicas: 5,
  });
});

test("offers the edge Service as the real chart names it", async () => {
  const manifests = await render(pins.traefik, {
    service: { spec: { type: "NodePort" } },
    ports: { web: { exposedPort: 8080 } },
  });
  expect(find(manifests, "Service", "traefik")?.spec).toMatchObject({
    type: "NodePort",
    ports: [
      { name: "web", port: 8080 },
      { name: "websecure", port: 443 },
    ],
  });
});

test("opens the ports that the values name", async () => {
  const manifests = await render(pins.traefik, { ports: { metrics: { port: 8082 } } });
  expect(find(manifests, "Deployment", "traefik")?.spec).toMatchObject({
    template: {
      spec: {
        containers: [{ ports: expect.arrayContaining([{ name: "metrics", containerPort: 8082 }]) as unknown }],
      },
    },
  });
});

test("takes its name from the release and the chart, unless the values give one", async () => {
  const names = async (values: object, release?: string) =>
    (await render(pins.cloudnativePg, values, release)).map(({ metadata }) => metadata.name);
  expect(await names({}, "cnpg")).toContain("cnpg-cloudnative-pg");
  expect(await names({}, "my-cloudnative-pg")).toContain("my-cloudnative-pg");
  expect(await names({ fullnameOverride: "cnpg" })).toContain("cnpg");
});

test("leaves out what is switched off", async () => {
  const off = { grafana: { enabled: false }, alertmanager: { enabled: false }, nodeExporter: { enabled: false } };
  const names = (await render(pins.kubePrometheusStack, off)).map(({ metadata }) => metadata.name).join(" ");
  expect(names).toContain("prometheus-kube-prometheus-stack-prometheus");
  expect(names).not.toMatch(/grafana|alertmanager|node-exporter/);
});

test("gives Prometheus the volume and the settings that its resource asks for", async () => {
  const volumeClaimTemplate = { spec: { resources: { requests: { storage: "7Gi" } } } };
  const prometheusSpec = { retention: "3d", retentionSize: "6GB", storageSpec: { volumeClaimTemplate } };
  const manifests = await render(pins.kubePrometheusStack, { prometheus: { prometheusSpec } });
  expect(find(manifests, "StatefulSet", "prometheus-kube-prometheus-stack-prometheus")?.spec).toMatchObject({
    volumeClaimTemplates: [volumeClaimTemplate],
  });
  expect(find(manifests, "Prometheus", "kube-prometheus-stack-prometheus")?.spec).toMatchObject({
    retention: "3d",
    retentionSize: "6GB",
    storage: { volumeClaimTemplate },
  });
});

test("makes an account once, however many workloads share it", async () => {
  const accounts = (await render(pins.gpuOperator, {})).filter(({ kind }) => kind === "ServiceAccount");
  expect(accounts.filter(({ metadata }) => metadata.name === "node-feature-discovery")).toHaveLength(1);
});

test("serves metrics only where the values ask for them", async () => {
  const ports = async (values: object) =>
    (find(await render(pins.keda, values), "Service", "keda-operator")?.spec as { ports: unknown[] }).ports;
  const served = expect.objectContaining({ name: "metrics", port: 8080 }) as unknown;
  expect(await ports({})).not.toContainEqual(served);
  expect(await ports({ prometheus: { operator: { enabled: true } } })).toContainEqual(served);
});

test.each([
  [{ enabled: true }, { minAvailable: 1 }],
  [{ enabled: true, maxUnavailable: 1 }, { maxUnavailable: 1 }],
  [{ enabled: true, minAvailable: 2 }, { minAvailable: 2 }],
])("turns the budget %j into %j", async (podDisruptionBudget, expected) => {
  const manifests = await render(pins.certManager, { podDisruptionBudget });
  const budget = find(manifests, "PodDisruptionBudget", "cert-manager")?.spec;
  expect(budget).toEqual({ ...expected, selector: { matchLabels: expect.any(Object) as unknown } });
});

describe("a stand-in that is", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "stand-in-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Renders a stand-in made of these templates. */
  async function renderFiles(templates: Readonly<Record<string, string>>): Promise<string> {
    const { helm } = await ensureTools(["helm"]);
    const pin = { name: "example", source: "https://example.com", version: "1.0.0" };
    const files = new Map(Object.entries({ "Chart.yaml": "apiVersion: v2\nname: example\n", ...templates }));
    await writeArchive(archivePath(folder, pin), await chartFiles({ pin, files }, new Map()));
    return run(helm, ["template", "example", archivePath(folder, pin)]);
  }

  test("nothing but a name is a chart that creates nothing", async () => {
    expect((await renderFiles({})).trim()).toBe("");
  });

  test("wrong about its workloads says so, and what it says instead", async () => {
    await expect(renderFiles({ "templates/_workloads.yaml": "kind: Deployment\n" })).rejects.toThrow(
      /templates\/_workloads\.yaml is no list of workloads: .*unmarshal object/,
    );
  });
});
