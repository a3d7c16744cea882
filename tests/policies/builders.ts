import { DRAIN_ANNOTATION } from "../../components/foundation/names";
import { KubernetesObject } from "../../policies/kubernetes";

/** Changes to a fixture by path, written as violations print them; `undefined` removes what is there. */
export type Edits = Readonly<Record<string, unknown>>;

export interface Options {
  /** Name of the Pulumi resource. @default "backend" */
  readonly name?: string;
  readonly protect?: boolean;
}

type Build = (edits?: Edits, options?: Options) => KubernetesObject;
type Properties = Record<string, unknown>;

/** Any resource, as the engine shows it to a policy. */
export function declaration(type: string, props: object, { name = "backend", protect = false }: Options = {}) {
  return { urn: `urn:pulumi:dev::ai-platform::${type}::${name}`, type, name, props, opts: { protect } };
}

export function object(type: string, props: object, options?: Options): KubernetesObject {
  const found = KubernetesObject.of(declaration(`kubernetes:${type}`, props, options));
  if (!found) throw new Error(`kubernetes:${type} is no type of a Kubernetes object.`);
  return found;
}

/** A builder of one kind whose result breaks no rule until it is edited. */
function builder(type: string, props: () => Properties): Build {
  return (edits = {}, options) => object(type, edited(props(), edits), options);
}

export function edited(props: Properties, edits: Edits): Properties {
  // Not structuredClone, which keeps what two parts of a fixture share: an edit of one would change the other.
  const copy = JSON.parse(JSON.stringify(props)) as Properties;
  for (const [path, value] of Object.entries(edits)) edit(copy, steps(path), value);
  return copy;
}

/** `spec.containers[backend].env` and `labels["a.b/c"]` -> the steps from the root. */
export function steps(path: string): string[] {
  return [...path.matchAll(/\["([^"]+)"\]|\[([^\]]+)\]|([^.[\]]+)/g)].map(
    ([, quoted, item, key]) => quoted ?? item ?? key ?? "",
  );
}

function edit(target: Properties, [step = "", ...rest]: string[], value: unknown): void {
  const key = keyOf(target, step);
  if (rest.length === 0 && value === undefined) Reflect.deleteProperty(target, key);
  else if (rest.length === 0) target[key] = value;
  else edit((target[key] ??= {}) as Properties, rest, value);
}

/** Items of a list go by their name, or else by their position. */
function keyOf(target: Properties, step: string): string {
  const named = Array.isArray(target) ? target.findIndex((item: { name?: unknown }) => item.name === step) : -1;
  return named >= 0 ? String(named) : step;
}

const labels = {
  "app.kubernetes.io/name": "backend",
  "app.kubernetes.io/instance": "backend",
  "app.kubernetes.io/component": "backend",
  "app.kubernetes.io/part-of": "ai-platform",
  "app.kubernetes.io/managed-by": "pulumi",
};
const selector = { matchLabels: { "app.kubernetes.io/name": "backend" } };
const metadata = { name: "backend", namespace: "ai-platform", labels };

function container(name: string) {
  return {
    name,
    image: "ghcr.io/ai-platform/backend:0.1.0",
    env: [{ name: "LOG_LEVEL", value: "info" }],
    resources: { requests: { cpu: "250m", memory: "256Mi" }, limits: { cpu: "1", memory: "512Mi" } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
  };
}

const probe = { httpGet: { path: "/health", port: 8000 } };

function template() {
  const main = { readinessProbe: probe, livenessProbe: probe, lifecycle: { preStop: { sleep: { seconds: 5 } } } };
  return {
    metadata: { labels, annotations: { [DRAIN_ANNOTATION]: "30" } },
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 60,
      securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: "RuntimeDefault" } },
      topologySpreadConstraints: [{ topologyKey: "topology.kubernetes.io/zone" }],
      initContainers: [container("init")],
      containers: [{ ...container("backend"), ...main }],
      volumes: [{ name: "scratch", emptyDir: {} }],
    },
  };
}

export const deployment = builder("apps/v1:Deployment", () => ({
  metadata,
  spec: {
    replicas: 2,
    selector,
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    template: template(),
  },
}));
export const statefulSet = builder("apps/v1:StatefulSet", () => ({
  metadata,
  spec: { replicas: 2, selector, serviceName: "backend", template: template() },
}));
export const daemonSet = builder("apps/v1:DaemonSet", () => ({ metadata, spec: { selector, template: template() } }));
export const job = builder("batch/v1:Job", () => ({ metadata, spec: { template: template() } }));
export const cronJob = builder("batch/v1:CronJob", () => ({
  metadata,
  spec: { schedule: "0 3 * * *", jobTemplate: { spec: { template: template() } } },
}));
export const pod = builder("core/v1:Pod", () => ({ ...template(), metadata }));
export const scaledJob = builder("keda.sh/v1alpha1:ScaledJob", () => ({
  metadata,
  spec: { jobTargetRef: { template: template() }, triggers: [] },
}));

export const namespace = builder("core/v1:Namespace", () => ({
  metadata: { name: "ai-platform", labels: { ...labels, "pod-security.kubernetes.io/enforce": "restricted" } },
}));
export const defaultDeny = builder("networking.k8s.io/v1:NetworkPolicy", () => ({
  metadata: { ...metadata, name: "default-deny" },
  spec: {
    podSelector: {},
    policyTypes: ["Ingress", "Egress"],
    egress: [{ ports: [{ protocol: "UDP", port: 53 }] }],
  },
}));
export const budget = builder("policy/v1:PodDisruptionBudget", () => ({
  metadata,
  spec: { maxUnavailable: 1, selector },
}));
export const service = builder("core/v1:Service", () => ({
  metadata,
  spec: { type: "ClusterIP", selector: selector.matchLabels, ports: [{ port: 8000 }] },
}));
export const configMap = builder("core/v1:ConfigMap", () => ({ metadata, data: { "app.conf": "log_level = info\n" } }));
export const claim = builder("core/v1:PersistentVolumeClaim", () => ({ metadata, spec: {} }));
export const scaledObject = builder("keda.sh/v1alpha1:ScaledObject", () => ({
  metadata,
  spec: {
    scaleTargetRef: { name: "backend" },
    minReplicaCount: 2,
    maxReplicaCount: 10,
    triggers: [
      {
        type: "prometheus",
        metadata: { query: 'sum(vllm:num_requests_waiting{model_name="llama"})', threshold: "5" },
      },
    ],
  },
}));
export const podAutoscaler = builder("autoscaling/v2:HorizontalPodAutoscaler", () => ({
  metadata,
  spec: { scaleTargetRef: { kind: "Deployment", name: "backend" }, minReplicas: 2, maxReplicas: 10 },
}));
export const release = builder("helm.sh/v3:Release", () => ({
  name: "keda",
  namespace: "keda",
  chart: "keda",
  version: "2.20.2",
  values: { resources: { operator: { limits: { memory: "1Gi" } } } },
}));
export const postgresCluster = builder("postgresql.cnpg.io/v1:Cluster", () => ({
  metadata,
  spec: { instances: 3, imageName: "ghcr.io/cloudnative-pg/postgresql:16.10-standard-bookworm" },
}));
export const imageCatalog = builder("postgresql.cnpg.io/v1:ImageCatalog", () => ({
  metadata,
  spec: { images: [{ major: 16, image: "docker.io/timescale/timescaledb-ha:pg16.10-ts2.22.1-oss" }] },
}));
/** A cluster that takes its image from a catalogue. */
export const cataloguedCluster = builder("postgresql.cnpg.io/v1:Cluster", () => ({
  metadata,
  spec: { imageCatalogRef: { apiGroup: "postgresql.cnpg.io", kind: "ImageCatalog", name: "backend", major: 16 } },
}));
export const role = builder("rbac.authorization.k8s.io/v1:Role", () => ({
  metadata,
  rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"] }],
}));
export const roleBinding = builder("rbac.authorization.k8s.io/v1:ClusterRoleBinding", () => ({
  metadata,
  roleRef: { name: "backend" },
}));

/** One of everything, related as in a real stack, breaking no rule. */
export function compliantStack(): KubernetesObject[] {
  const autoscaled = deployment({ "spec.replicas": undefined }, { name: "autoscaled" });
  return [
    namespace(),
    defaultDeny(),
    autoscaled,
    scaledObject(),
    budget(),
    statefulSet({}, { protect: true }),
    ...[daemonSet(), job(), cronJob(), pod(), scaledJob()],
    ...[service(), configMap(), release(), role(), roleBinding()],
    claim({}, { protect: true }),
    postgresCluster({}, { protect: true }),
    ...[imageCatalog(), cataloguedCluster({}, { protect: true })],
  ];
}
