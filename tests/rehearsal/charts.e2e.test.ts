import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { archivePath, ensureCharts } from "../../rehearsal/charts/index.ts";
import { type ChartPin, pins } from "../../rehearsal/charts/pins.ts";
import { controlPlaneTools, startCluster, stopCluster } from "../../rehearsal/cluster/index.ts";
import { profileFor } from "../../rehearsal/cluster/profiles.ts";
import { attempt, run } from "../../rehearsal/process.ts";
import { cacheFolder, ensureTools } from "../../rehearsal/tools/index.ts";

/** Long enough for a first run, which builds the control plane. */
const FIRST_RUN = 1_200_000;
const PATIENCE = 120_000;
const NAMESPACE = "apps";

let folder: string;
let helm: string;
let kubectl: string;
let mirror: string;
let kubeconfig: string;

const kube = (...args: string[]) => run(kubectl, ["--kubeconfig", kubeconfig, "--namespace", NAMESPACE, ...args]);
const apply = (manifest: object) =>
  run(kubectl, ["--kubeconfig", kubeconfig, "apply", "--server-side", "-f", "-"], { input: JSON.stringify(manifest) });
const becomes = (state: string, ...object: string[]) => kube("wait", `--for=${state}`, "--timeout=60s", ...object);

async function createNamespace(name: string, level: string): Promise<void> {
  const labels = { "pod-security.kubernetes.io/enforce": level };
  await apply({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });
}

/** Installs a stand-in into a namespace of the release's name. */
async function install(release: string, pin: ChartPin, level: string, values: object): Promise<void> {
  await createNamespace(release, level);
  const where = ["--kubeconfig", kubeconfig, "--namespace", release, "--wait", "--timeout", "90s", "--values", "-"];
  await run(helm, ["install", release, archivePath(mirror, pin), ...where], { input: JSON.stringify(values) });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "charts-e2e-"));
  const tools = await ensureTools([...controlPlaneTools, "helm"]);
  ({ helm, kubectl } = tools);
  ({ mirror } = await ensureCharts({ cacheDir: cacheFolder() }));
  const profile = profileFor({ size: "small", gpuProducts: ["NVIDIA-H200"] });
  ({ kubeconfig } = await startCluster({ folder, profile, binaries: tools, note: () => undefined }));
  await createNamespace(NAMESPACE, "restricted");
}, FIRST_RUN);

afterAll(async () => {
  await stopCluster(folder);
  await rm(folder, { recursive: true, force: true });
}, PATIENCE);

const restrictedPod = { runAsNonRoot: true, runAsUser: 473, seccompProfile: { type: "RuntimeDefault" } };
const restrictedContainer = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
const restrictedAlloy = {
  global: { podSecurityContext: restrictedPod },
  alloy: { securityContext: restrictedContainer },
};
const off = { enabled: false };
const noPods = { replicas: 0 };
const singleLoki = {
  loki: { storage: { type: "filesystem" }, useTestSchema: true },
  singleBinary: { replicas: 1 },
  read: noPods,
  write: noPods,
  backend: noPods,
  chunksCache: off,
  resultsCache: off,
};

test.each([
  ["cert-manager", pins.certManager, "restricted", { crds: { enabled: true } }],
  ["kube-prometheus-stack", pins.kubePrometheusStack, "privileged", {}],
  ["traefik", pins.traefik, "restricted", { metrics: { prometheus: { serviceMonitor: { enabled: true } } } }],
  ["keda", pins.keda, "restricted", {}],
  ["cnpg", pins.cloudnativePg, "restricted", {}],
  ["gpu-operator", pins.gpuOperator, "privileged", {}],
  ["loki", pins.loki, "restricted", singleLoki],
  ["alloy", pins.alloy, "restricted", restrictedAlloy],
])("%s installs and becomes ready at the Pod Security level of the real chart", install, PATIENCE);

test("a certificate becomes Ready with a key pair for the names it asks for", async () => {
  await apply(custom("cert-manager.io/v1", "Certificate", "web", certificate("a.example.com")));
  await becomes("condition=Ready", "certificate/web");
  const secret = await kube("get", "secret", "web-tls", "-o", "jsonpath={.data.tls\\.crt}");
  expect(Buffer.from(secret, "base64").toString()).toMatch(/^-----BEGIN CERTIFICATE-----/);
});

test("a custom resource that violates its schema is refused by the API server", async () => {
  const object = custom("keda.sh/v1alpha1", "ScaledObject", "web", { ...scaling, minReplicaCount: "three" });
  const args = ["--kubeconfig", kubeconfig, "create", "--validate=false", "-f", "-"];
  const { code, stderr } = await attempt(kubectl, args, { input: JSON.stringify(object) });
  expect(code).not.toBe(0);
  expect(stderr).toContain("spec.minReplicaCount in body must be of type integer");
});

test(
  "a scaled object becomes Ready and its bounds hold on the workload",
  async () => {
    await apply(deployment("web"));
    await apply(custom("keda.sh/v1alpha1", "ScaledObject", "web", scaling));
    await becomes("condition=Ready", "scaledobject/web");
    await becomes("jsonpath={.spec.behavior.scaleDown.stabilizationWindowSeconds}=240", "hpa/keda-hpa-web");
    await becomes("jsonpath={.status.readyReplicas}=3", "deployment/web");
  },
  PATIENCE,
);

test(
  "a database cluster is Ready when its servers are, and says so again after a change",
  async () => {
    await apply(custom("postgresql.cnpg.io/v1", "Cluster", "database", { instances: 2, ...servers("1") }));
    await becomes("condition=Ready", CLUSTER);
    await apply(custom("postgresql.cnpg.io/v1", "Cluster", "database", { instances: 3, ...servers("1") }));
    await becomes("jsonpath={.status.readyInstances}=3", CLUSTER);
    expect(await kube("get", "pod", "database-3", "-o", "jsonpath={.status.phase}")).toBe("Running");
  },
  PATIENCE,
);

test(
  "a database cluster whose servers find no room is not Ready",
  async () => {
    await apply(custom("postgresql.cnpg.io/v1", "Cluster", "huge", { instances: 1, ...servers("4000") }));
    await becomes("condition=Ready=False", "clusters.postgresql.cnpg.io/huge");
    expect(await kube("get", "pod", "huge-1", "-o", "jsonpath={.status.phase}")).toBe("Pending");
  },
  PATIENCE,
);

test(
  "what a custom resource brought goes with it, volumes included",
  async () => {
    await kube("delete", CLUSTER, "--timeout=60s");
    await becomes("delete", "pod/database-1", "service/database-rw", "persistentvolumeclaim/data-database-1");
  },
  PATIENCE,
);

test(
  "the servers of the monitoring stack and the GPU policy report that they are ready",
  async () => {
    const monitoring = "--namespace=kube-prometheus-stack";
    await becomes("condition=Available", "prometheus/kube-prometheus-stack-prometheus", monitoring);
    await becomes("condition=Available", "alertmanager/kube-prometheus-stack-alertmanager", monitoring);
    await becomes("jsonpath={.status.state}=ready", "clusterpolicy/cluster-policy");
  },
  PATIENCE,
);

const CLUSTER = "clusters.postgresql.cnpg.io/database";
const behavior = { scaleDown: { stabilizationWindowSeconds: 240 } };
const scaling = {
  advanced: { horizontalPodAutoscalerConfig: { behavior } },
  scaleTargetRef: { name: "web" },
  minReplicaCount: 3,
  maxReplicaCount: 5,
  triggers: [{ type: "cpu", metricType: "Utilization", metadata: { value: "60" } }],
};

function custom(apiVersion: string, kind: string, name: string, spec: object): object {
  return { apiVersion, kind, metadata: { name, namespace: NAMESPACE }, spec };
}

function certificate(host: string): object {
  return { secretName: "web-tls", dnsNames: [host], issuerRef: { name: "internal", kind: "ClusterIssuer" } };
}

function servers(cpu: string): object {
  const resources = { requests: { cpu, memory: "256Mi" } };
  return { imageName: "ghcr.io/cloudnative-pg/postgresql:16.10", storage: { size: "1Gi" }, resources };
}

function deployment(name: string): object {
  const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
  const spec = {
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
    containers: [{ name, image: "example.com/web:1.0.0", securityContext }],
  };
  const template = { metadata: { labels: { app: name } }, spec };
  return custom("apps/v1", "Deployment", name, { selector: { matchLabels: { app: name } }, template });
}
