import { diff } from "../../../rehearsal/plugins/kubernetes/diff/index.ts";
import { type Properties, Secret, UNKNOWN } from "../../../rehearsal/plugins/protocol/index.ts";
import { configMap, diffRequest } from "./requests.ts";

const immutable = { mutableConfigMaps: false, mutableSecrets: false };
const mutable = { mutableConfigMaps: true, mutableSecrets: true };

function deployment(spec: Properties, metadata: Properties = {}): Properties {
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", namespace: "apps", ...metadata }, spec };
}

const containers = (image: string, ...others: Properties[]) => ({
  template: { spec: { containers: [{ name: "main", image }, ...others] } },
});

test("3.1 what the server added is no change", () => {
  const inputs = deployment({ replicas: 2 });
  const server = { spec: { replicas: 2, revisionHistoryLimit: 10 }, status: { readyReplicas: 2 } };
  expect(diff(diffRequest(inputs, inputs, { server }), immutable).changed).toBe(false);
});

test("3.1 drift that a refresh recorded is a change", () => {
  const inputs = deployment({ replicas: 2 });
  const result = diff(diffRequest(inputs, inputs, { server: { spec: { replicas: 5 } } }), immutable);
  expect(result.changes).toEqual({ "spec.replicas": { kind: "update", replaces: false, inputDiff: false } });
});

test("3.1 a zero value that the server does not store is no change, for built-in kinds only", () => {
  const pod = deployment({ paused: false, minReadySeconds: 0 });
  expect(diff(diffRequest(pod, pod, { server: { spec: {} } }), immutable).changed).toBe(false);
  const custom = { ...pod, apiVersion: "example.com/v1", kind: "Room" };
  expect(diff(diffRequest(custom, custom, { server: { spec: {} } }), immutable).changed).toBe(true);
});

test("3.1 quantities that mean the same are no change", () => {
  const limits = (cpu: string) => deployment({ resources: { limits: { cpu } } });
  expect(diff(diffRequest(limits("1"), limits("1000m")), immutable).changed).toBe(false);
});

test("3.3 changes are named field by field", () => {
  const before = deployment(containers("a:1", { name: "side", image: "b:1" }), { labels: { "x.io/a": "1", old: "1" } });
  const after = deployment(containers("a:1", { name: "side", image: "b:2" }), { labels: { "x.io/a": "2", new: "1" } });
  expect(diff(diffRequest(before, after), immutable).changes).toEqual({
    'metadata.labels["x.io/a"]': { kind: "update", replaces: false, inputDiff: false },
    "metadata.labels.new": { kind: "add", replaces: false, inputDiff: false },
    "metadata.labels.old": { kind: "delete", replaces: false, inputDiff: true },
    "spec.template.spec.containers[1].image": { kind: "update", replaces: false, inputDiff: false },
  });
});

test.each<[string, string, Properties, Properties]>([
  ["a change below a force-new path", "spec.selector.matchLabels.app", { app: "a" }, { app: "b" }],
  ["an unknown below a force-new path", "spec.selector.matchLabels.app", { app: "a" }, { app: UNKNOWN }],
])("3.4 %s replaces", (_, path, before, after) => {
  const selector = (matchLabels: Properties) => deployment({ selector: { matchLabels } });
  const result = diff(diffRequest(selector(before), selector(after)), immutable);
  expect(result.changes).toEqual({ [path]: { kind: "update", replaces: true, inputDiff: false } });
});

test("3.4 a change of image replaces a Pod, whichever its container, and updates a Deployment", () => {
  const pod = (image: string): Properties => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace: "apps" },
    spec: {
      containers: [
        { name: "first", image: "a" },
        { name: "second", image },
      ],
    },
  });
  expect(diff(diffRequest(pod("b"), pod("c")), immutable).changes?.["spec.containers[1].image"]?.replaces).toBe(true);
  const [before, after] = [deployment(containers("b")), deployment(containers("c"))];
  expect(Object.values(diff(diffRequest(before, after), immutable).changes ?? {})).toMatchObject([{ replaces: false }]);
});

test("3.4 removing an object that holds a force-new field replaces", () => {
  const before = deployment({ selector: {} });
  const { metadata: _, ...after } = before;
  expect(diff(diffRequest(before, after), immutable).changes?.["metadata"]?.replaces).toBe(true);
});

test.each([
  ["StatefulSet", "apps/v1", "spec.serviceName", true],
  ["StatefulSet", "apps/v1", "spec.replicas", false],
  ["Job", "batch/v1", "spec.template", true],
  ["Service", "v1", "spec.clusterIP", true],
  ["Service", "v1", "spec.type", false],
  ["PersistentVolumeClaim", "v1", "spec.storageClassName", true],
  ["PersistentVolumeClaim", "v1", "spec.resources", false],
  ["ClusterRoleBinding", "rbac.authorization.k8s.io/v1", "roleRef", true],
  ["StorageClass", "storage.k8s.io/v1", "provisioner", true],
  ["PodDisruptionBudget", "policy/v1", "spec.selector", false],
  ["HorizontalPodAutoscaler", "autoscaling/v2", "spec.maxReplicas", false],
])("3.4 %s (%s): a change of %s replaces: %s", (kind, apiVersion, path, replaces) => {
  const [first = "", second] = path.split(".");
  const object = (value: string): Properties => ({
    apiVersion,
    kind,
    metadata: { name: "x", namespace: "y" },
    [first]: second ? { [second]: value } : value,
  });
  expect(diff(diffRequest(object("a"), object("b")), immutable).changes?.[path]?.replaces).toBe(replaces);
});

test("3.5 new data replaces a ConfigMap, new labels do not", () => {
  const result = diff(diffRequest(configMap({ a: "1" }), configMap({ a: "2" }, { labels: { b: "1" } })), immutable);
  expect(result.changes?.["data.a"]?.replaces).toBe(true);
  expect(result.changes?.["metadata.labels"]?.replaces).toBe(false);
});

test("3.5 with enableConfigMapMutable data updates, unless the ConfigMap is immutable", () => {
  const [before, after] = [configMap({ a: "1" }), configMap({ a: "2" })];
  expect(diff(diffRequest(before, after), mutable).changes?.["data.a"]?.replaces).toBe(false);
  const locked = diff(diffRequest({ ...before, immutable: true }, { ...after, immutable: true }), mutable);
  expect(locked.changes?.["data.a"]?.replaces).toBe(true);
});

test("3.6 new data replaces a Secret; with enableSecretMutable only a new type does", () => {
  const secret = (type: string, password: string): Properties => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "login", namespace: "apps" },
    type,
    data: new Secret({ password }),
  });
  const newData = diffRequest(secret("Opaque", "YQ=="), secret("Opaque", "Yg=="));
  expect(diff(newData, immutable).changes).toMatchObject({ "data.password": { replaces: true } });
  expect(diff(newData, mutable).changes).toMatchObject({ "data.password": { replaces: false } });
  const newType = diffRequest(secret("Opaque", "YQ=="), secret("custom", "YQ=="));
  expect(diff(newType, mutable).changes).toMatchObject({ type: { replaces: true } });
});

test("3.7 an object that keeps its name is deleted before its replacement is created", () => {
  expect(diff(diffRequest(configMap({ a: "1" }), configMap({ a: "2" })), immutable).deleteBeforeReplace).toBe(true);
});

test.each<[string, Properties]>([
  ["is renamed", { name: "api" }],
  ["moves to another namespace", { namespace: "other" }],
  ["has an automatic name", { annotations: { "pulumi.com/autonamed": "true" } }],
  ["has a name that is not known yet", { name: UNKNOWN }],
])("3.7 an object that %s is created before the old one is deleted", (_, metadata) => {
  const result = diff(diffRequest(configMap({ a: "1" }), configMap({ a: "2" }, metadata)), immutable);
  expect(result).toMatchObject({ changed: true, deleteBeforeReplace: false });
});

test("3.9 ignored fields, and all below them, are no change", () => {
  const before = deployment({ replicas: 1, ...containers("a:1") }, { annotations: { "x.io/y": "1" } });
  const after = deployment({ replicas: 2, ...containers("a:2") }, { annotations: { "x.io/y": "2" } });
  const ignoreChanges = ["spec.template.spec.containers[*].image", 'metadata.annotations["x.io/y"]'];
  const result = diff(diffRequest(before, after, { ignoreChanges }), immutable);
  expect(Object.keys(result.changes ?? {})).toEqual(["spec.replicas"]);
});

test("3.10 a list item added at the end by the server is invisible, one added first shows", () => {
  const inputs = deployment(containers("a:1"));
  const mesh = { name: "mesh", image: "m:1" };
  const last = { spec: { template: { spec: { containers: [{ name: "main", image: "a:1" }, mesh] } } } };
  const first = { spec: { template: { spec: { containers: [mesh, { name: "main", image: "a:1" }] } } } };
  expect(diff(diffRequest(inputs, inputs, { server: last }), immutable).changed).toBe(false);
  expect(diff(diffRequest(inputs, inputs, { server: first }), immutable).changed).toBe(true);
});

test("3.11 wrapping a value as a secret is no change", () => {
  const after = configMap({ a: new Secret("1") });
  expect(diff(diffRequest(configMap({ a: "1" }), after), immutable).changed).toBe(false);
});
