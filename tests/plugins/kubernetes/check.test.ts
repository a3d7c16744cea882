import { check } from "../../../rehearsal/plugins/kubernetes/check/index.ts";
import { type Properties, Secret, UNKNOWN } from "../../../rehearsal/plugins/protocol/index.ts";
import { builtInScopes, checkRequest, SEED } from "./requests.ts";

const context = () => ({ scopes: builtInScopes(), defaultNamespace: "apps" });

async function checked(inputs: Properties, oldInputs?: Properties) {
  const { inputs: result, failures } = await check(checkRequest(inputs, oldInputs), context());
  expect(failures ?? []).toEqual([]);
  return result as { metadata: { name: string; namespace?: string; annotations?: object } } & Properties;
}

const unnamed: Properties = { apiVersion: "v1", kind: "ConfigMap", metadata: {}, data: {} };

test("2.1 an object without a name gets the resource's name and eight hexadecimal digits made of the engine's seed", async () => {
  const first = await checked(unnamed);
  expect(first.metadata.name).toMatch(/^web-[0-9a-f]{8}$/);
  expect(first.metadata.annotations).toEqual({ "pulumi.com/autonamed": "true" });
  expect((await checked(unnamed)).metadata.name).toBe(first.metadata.name);
  const other = await check({ ...checkRequest(unnamed), randomSeed: SEED.map((byte) => byte + 1) }, context());
  expect(other.inputs["metadata"]).not.toMatchObject({ name: first.metadata.name });
});

test("2.1 a name the engine proposes is used as it is", async () => {
  const request = { ...checkRequest(unnamed), autonaming: { mode: "propose" as const, proposedName: "chosen" } };
  expect((await check(request, context())).inputs["metadata"]).toMatchObject({ name: "chosen" });
});

test("2.1 with automatic names disabled a missing name is a failure that says what to set", async () => {
  const request = { ...checkRequest(unnamed), autonaming: { mode: "disabled" as const, proposedName: "" } };
  expect((await check(request, context())).failures).toEqual([
    { property: "", reason: expect.stringContaining("set metadata.name") },
  ]);
});

test("2.2 an automatic name is kept at the next update", async () => {
  const first = await checked(unnamed);
  expect((await checked({ ...unnamed, data: { a: "1" } }, first)).metadata.name).toBe(first.metadata.name);
});

test("2.2 a name that the program used to set is not kept", async () => {
  const named = { ...unnamed, metadata: { name: "web", namespace: "apps" } };
  expect((await checked(unnamed, named)).metadata.name).toMatch(/^web-[0-9a-f]{8}$/);
});

test("2.3 a name that is not known yet counts as a name", async () => {
  const result = await checked({ ...unnamed, metadata: { name: UNKNOWN } });
  expect(result.metadata).toEqual({ name: UNKNOWN, namespace: "apps" });
});

test("2.3 generateName is refused", async () => {
  const { failures } = await check(checkRequest({ ...unnamed, metadata: { generateName: "web-" } }), context());
  expect(failures?.[0]?.reason).toContain("generateName");
});

test("2.5 a namespaced object goes to the default namespace, others have none", async () => {
  expect((await checked(unnamed)).metadata.namespace).toBe("apps");
  const role = await checked({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: "r" },
  });
  expect(role.metadata).toEqual({ name: "r" });
});

test("2.5 the scope of a custom resource is known from its definition in the same program", async () => {
  const scopes = builtInScopes();
  const definition = (kind: string, scope: string): Properties => ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${kind}s.example.com` },
    spec: { group: "example.com", scope, names: { kind } },
  });
  await check(checkRequest(definition("Globe", "Cluster")), { scopes, defaultNamespace: "apps" });
  await check(checkRequest(definition("Room", "Namespaced")), { scopes, defaultNamespace: "apps" });
  expect(await scopes.isNamespaced("example.com/v1", "Globe")).toBe(false);
  expect(await scopes.isNamespaced("example.com/v1", "Room")).toBe(true);
});

test("2.5 a kind that nobody knows counts as namespaced", async () => {
  expect(await builtInScopes().isNamespaced("example.com/v1", "Mystery")).toBe(true);
});

test("2.6 quantities become canonical and metadata of the server is left out", async () => {
  const resources = { requests: { cpu: "1000m", memory: "1024Mi" }, limits: { cpu: 2, memory: "0.5Gi" } };
  const result = await checked({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "web",
      uid: "x",
      creationTimestamp: "now",
      resourceVersion: "1",
      generation: 3,
      managedFields: [],
    },
    spec: { containers: [{ name: "main", resources }] },
  });
  expect(result.metadata).toEqual({ name: "web", namespace: "apps" });
  expect(result["spec"]).toEqual({
    containers: [
      { name: "main", resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "2", memory: "512Mi" } } },
    ],
  });
});

test("2.6 custom resources keep their fields as they are", async () => {
  const spec = { resources: { requests: { cpu: "1000m" } } };
  const result = await checked({ apiVersion: "example.com/v1", kind: "Room", metadata: { name: "r" }, spec });
  expect(result["spec"]).toEqual(spec);
});

test("2.7 stringData of a Secret is merged over data and stays secret", async () => {
  const result = await checked({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "login" },
    data: { user: "cm9v\ndA==\n", password: "b2xk" },
    stringData: { password: "new" },
  });
  expect(result["stringData"]).toBeUndefined();
  expect(result["data"]).toEqual(new Secret({ user: "cm9vdA==", password: "bmV3" }));
});

test("2.7 a definition loses its status and preserveUnknownFields: false", async () => {
  const result = await checked({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "rooms.example.com" },
    spec: { group: "example.com", preserveUnknownFields: false },
    status: { conditions: [] },
  });
  expect(result["status"]).toBeUndefined();
  expect(result["spec"]).toEqual({ group: "example.com" });
});

test("4.13 one secret in a list makes the whole list secret, one field of an object only itself", async () => {
  const result = await checked({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "web", annotations: { note: new Secret("s"), open: "o" } },
    list: ["a", new Secret("b")],
  });
  expect(result["list"]).toEqual(new Secret(["a", "b"]));
  expect(result.metadata.annotations).toEqual({ note: new Secret("s"), open: "o" });
});
