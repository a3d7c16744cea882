import { Secret } from "../../../../rehearsal/plugins/protocol/index.ts";
import { configMap, deployment, initFailure, type Live } from "./cluster.ts";

export function creating(cluster: () => Live): void {
  test("4.1 an object is created by a plain write of pulumi-kubernetes; state records a manager of its own", async () => {
    const { outputs } = await cluster().create(configMap("plain", { a: "1" }));
    expect(outputs["__fieldManager"]).toMatch(/^pulumi-kubernetes-[0-9a-f]{8}$/);
    const entry = { manager: "pulumi-kubernetes", operation: "Update" };
    expect(outputs["metadata"]).toMatchObject({ managedFields: [expect.objectContaining(entry)] });
  });

  test("4.2 an object that exists already is not touched, and the message says what can be done", async () => {
    await cluster().kubectl("create", "configmap", "taken", "--from-literal=a=theirs");
    await expect(cluster().create(configMap("taken", { a: "ours" }))).rejects.toThrow(
      /already exists.*import.*aliases/s,
    );
    expect(await cluster().field("configmap/taken", ".data.a")).toBe("theirs");
  });

  test("4.3 an object waits for its namespace, and no longer than six attempts", async () => {
    const inLate = configMap("early", {}, { namespace: "late" });
    await expect(cluster().create(inLate)).rejects.toThrow(/namespaces "late" not found/);
    const waiting = cluster().create(inLate);
    await cluster().kubectl("create", "namespace", "late");
    expect((await waiting).id).toBe("late/early");
  });

  test("4.3 a kind that never comes is an error that says so", async () => {
    const room = { apiVersion: "example.com/v1", kind: "Nowhere", metadata: { name: "x" } };
    await expect(cluster().create(room)).rejects.toThrow(/apiVersion for this resource does not exist.*"Nowhere"/s);
  });

  test("4.7 an object the server refuses is a plain error that names the field", async () => {
    const wrong = deployment("wrong", { replicas: -1 });
    await expect(cluster().create(wrong)).rejects.toThrow(/spec\.replicas: Invalid value: -1/);
    await expect(cluster().field("deployment/wrong", ".metadata.name")).rejects.toThrow(/not found/);
  });

  test("a field that the kind does not have is an error that names it (stricter than the official plugin)", async () => {
    const misspelt = deployment("misspelt", { replica: 1 });
    await expect(cluster().create(misspelt)).rejects.toThrow(/unknown field "spec\.replica"/);
  });

  test("4.7 an object that does not become ready is recorded with the reasons; 4.8 the next update takes it up", async () => {
    const failing = deployment("slow", {}, { fails: true });
    const failed = await initFailure(cluster().create(failing, { timeout: 3 }));
    expect(failed.id).toBe("default/slow");
    expect(failed.reasons[0]).toContain("'slow' timed out waiting to be Ready");
    expect(failed.reasons.join("\n")).toMatch(/\[Pod default\/slow-.*CrashLoopBackOff/);
    expect(failed.outputs["status"]).toMatchObject({ unavailableReplicas: 1 });
    const updated = await cluster().update(failed, deployment("slow"));
    expect(updated.outputs["status"]).toMatchObject({ readyReplicas: 1 });
  });

  test("4.12 outputs are the live object with bookkeeping, the ID is namespace/name or name", async () => {
    const { id, outputs, inputs } = await cluster().create(configMap("whole", { a: "1" }));
    expect(id).toBe("default/whole");
    expect(outputs).toMatchObject({ __initialApiVersion: "v1", __inputs: inputs, data: { a: "1" } });
    expect(outputs["metadata"]).toMatchObject({ uid: expect.any(String), resourceVersion: expect.any(String) });
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "single" } };
    expect((await cluster().create(namespace)).id).toBe("single");
  });

  test("4.12 x-kubernetes keys of a definition are dashed in the cluster and underscored in state", async () => {
    const schema = {
      type: "object",
      properties: { spec: { type: "object", x_kubernetes_preserve_unknown_fields: true } },
    };
    const versions = [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema } }];
    const names = { kind: "Room", plural: "rooms", singular: "room" };
    const definition = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "rooms.example.com" },
      spec: { group: "example.com", scope: "Namespaced", names, versions },
    };
    const { outputs, id } = await cluster().create(definition);
    expect(id).toBe("rooms.example.com");
    expect(outputs["spec"]).toMatchObject({ versions: [{ schema: { openAPIV3Schema: schema } }] });
    const room = { apiVersion: "example.com/v1", kind: "Room", metadata: { name: "r" }, spec: { anything: [1] } };
    expect((await cluster().create(room)).outputs["spec"]).toEqual({ anything: [1] });
  });

  test("4.13 the data of a Secret is secret in outputs and __inputs; elsewhere what the inputs say is copied", async () => {
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "login" }, stringData: { password: "p" } };
    const { outputs } = await cluster().create(secret);
    expect(outputs["data"]).toEqual(new Secret({ password: "cA==" }));
    expect(outputs["__inputs"]).toMatchObject({ data: new Secret({ password: "cA==" }) });
    const marked = await cluster().create(configMap("marked", { open: "o", hidden: new Secret("h") }));
    expect(marked.outputs["data"]).toEqual({ open: "o", hidden: new Secret("h") });
  });
}
