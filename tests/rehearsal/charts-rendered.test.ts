import { parseAllDocuments } from "yaml";
import { archivePath, ensureCharts } from "../../rehearsal/charts/index.ts";
import type { StandIn } from "../../rehearsal/charts/stand-in.ts";
import { certManager } from "../../rehearsal/charts/stand-ins/cert-manager.ts";
import { cloudnativePg } from "../../rehearsal/charts/stand-ins/cloudnative-pg.ts";
import { kubePrometheusStack } from "../../rehearsal/charts/stand-ins/kube-prometheus-stack.ts";
import { traefik } from "../../rehearsal/charts/stand-ins/traefik.ts";
import { run } from "../../rehearsal/process.ts";
import { cacheFolder, ensureTools } from "../../rehearsal/tools/index.ts";

/** Long enough for a first run, which downloads the vendors' modules and may build Helm. */
const FIRST_RUN = 600_000;

describe("a stand-in rendered by Helm", () => {
  let helm: string;
  let mirror: string;
  beforeAll(async () => {
    ({ helm } = await ensureTools(["helm"]));
    ({ mirror } = await ensureCharts({ cacheDir: cacheFolder() }));
  }, FIRST_RUN);

  async function render(standIn: StandIn, values: object): Promise<Manifest[]> {
    const args = ["template", standIn.pin.name, archivePath(mirror, standIn), "--namespace", "there", "--values", "-"];
    const text = await run(helm, args, { input: JSON.stringify(values) });
    return parseAllDocuments(text).flatMap((document) => (document.toJS() as Manifest | null) ?? []);
  }

  const find = (manifests: Manifest[], kind: string, name: string) =>
    manifests.find((one) => one.kind === kind && one.metadata.name === name);

  test("takes replicas, resources and placement from the values", async () => {
    const resources = { requests: { cpu: "10m", memory: "32Mi" } };
    const spread = [{ maxSkew: 1, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "ScheduleAnyway" }];
    const values = { replicaCount: 3, resources, topologySpreadConstraints: spread, webhook: { replicaCount: 2 } };
    const manifests = await render(certManager, values);
    expect(find(manifests, "Deployment", "cert-manager")?.spec).toMatchObject({
      replicas: 3,
      template: { spec: { topologySpreadConstraints: spread, containers: [{ resources }] } },
    });
    expect(find(manifests, "Deployment", "cert-manager-webhook")?.spec).toMatchObject({ replicas: 2 });
  });

  test("installs definitions only on request, and keeps them when the chart keeps them", async () => {
    const definitionsIn = (manifests: Manifest[]) =>
      manifests.filter(({ kind }) => kind === "CustomResourceDefinition");
    expect(definitionsIn(await render(certManager, {}))).toEqual([]);
    const installed = definitionsIn(await render(certManager, { crds: { enabled: true } }));
    expect(installed).toHaveLength(6);
    for (const { metadata } of installed)
      expect(metadata.annotations).toMatchObject({ "helm.sh/resource-policy": "keep" });
  });

  test("leaves the number of replicas to an autoscaler", async () => {
    const autoscaling = { enabled: true, minReplicas: 2, maxReplicas: 5 };
    const manifests = await render(traefik, { autoscaling });
    expect(find(manifests, "Deployment", "traefik")?.spec).toMatchObject({ replicas: null });
    expect(find(manifests, "HorizontalPodAutoscaler", "traefik")?.spec).toMatchObject({
      minReplicas: 2,
      maxReplicas: 5,
    });
  });

  test("offers the edge Service as the real chart names it", async () => {
    const manifests = await render(traefik, {
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
    const manifests = await render(traefik, { ports: { metrics: { port: 8082 } } });
    expect(find(manifests, "Deployment", "traefik")?.spec).toMatchObject({
      template: {
        spec: {
          containers: [{ ports: expect.arrayContaining([{ name: "metrics", containerPort: 8082 }]) as unknown }],
        },
      },
    });
  });

  test("takes its name from the release and the chart, unless the values give one", async () => {
    const args = ["template", "cnpg", archivePath(mirror, cloudnativePg)];
    expect(await run(helm, args)).toContain('"name": "cnpg-cloudnative-pg"');
    const manifests = await render(cloudnativePg, { fullnameOverride: "cnpg" });
    expect(find(manifests, "Deployment", "cnpg")).toBeDefined();
  });

  test("leaves out what is switched off", async () => {
    const off = { grafana: { enabled: false }, alertmanager: { enabled: false }, nodeExporter: { enabled: false } };
    const names = (await render(kubePrometheusStack, off)).map(({ metadata }) => metadata.name).join(" ");
    expect(names).toContain("prometheus-kube-prometheus-stack-prometheus");
    expect(names).not.toMatch(/grafana|alertmanager|node-exporter/);
  });

  test("gives Prometheus the volume and the settings that its resource asks for", async () => {
    const volumeClaimTemplate = { spec: { resources: { requests: { storage: "7Gi" } } } };
    const prometheusSpec = { retention: "3d", retentionSize: "6GB", storageSpec: { volumeClaimTemplate } };
    const manifests = await render(kubePrometheusStack, { prometheus: { prometheusSpec } });
    expect(find(manifests, "StatefulSet", "prometheus-kube-prometheus-stack-prometheus")?.spec).toMatchObject({
      volumeClaimTemplates: [volumeClaimTemplate],
    });
    expect(find(manifests, "Prometheus", "kube-prometheus-stack-prometheus")?.spec).toMatchObject({
      retention: "3d",
      retentionSize: "6GB",
      storage: { volumeClaimTemplate },
    });
  });

  test.each([
    [{ enabled: true }, { minAvailable: 1, maxUnavailable: null }],
    [
      { enabled: true, maxUnavailable: 1 },
      { minAvailable: null, maxUnavailable: 1 },
    ],
    [
      { enabled: true, minAvailable: 2 },
      { minAvailable: 2, maxUnavailable: null },
    ],
  ])("turns the budget %j into %j", async (podDisruptionBudget, expected) => {
    const manifests = await render(certManager, { podDisruptionBudget });
    expect(find(manifests, "PodDisruptionBudget", "cert-manager")?.spec).toMatchObject(expected);
  });
});

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: unknown;
}
