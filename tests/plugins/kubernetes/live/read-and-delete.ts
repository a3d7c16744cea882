import { Secret } from "../../../../rehearsal/plugins/protocol/index.ts";
import { conversation } from "../../conversation.ts";
import { configMap, deployment, initFailure, type Live } from "./cluster.ts";

const FINALIZER = "example.com/keep";

export function reading(cluster: () => Live): void {
  test("7.1 a refresh turns drift of managed fields into a difference, and leaves out other fields", async () => {
    const state = await cluster().create(configMap("drifted", { a: "1" }));
    await cluster().kubectl("patch", "configmap/drifted", "--patch", '{"data":{"a":"2","theirs":"3"}}');
    const refreshed = await cluster().read(state);
    expect(refreshed?.inputs["data"]).toEqual({ a: "2" });
    expect(refreshed?.outputs["data"]).toEqual({ a: "2", theirs: "3" });
    const { changes } = await cluster().diff({ ...state, ...refreshed }, configMap("drifted", { a: "1" }));
    expect(Object.keys(changes ?? {})).toEqual(["data.a"]);
  });

  test("7.1 an object or kind that is gone leaves state", async () => {
    const state = await cluster().create(configMap("gone", {}));
    await cluster().kubectl("delete", "configmap/gone");
    expect(await cluster().read(state)).toBeUndefined();
    const unknown = { apiVersion: "example.com/v1", kind: "Nowhere", metadata: { name: "x" } };
    expect(await cluster().read({ id: "default/x", inputs: unknown, outputs: unknown })).toBeUndefined();
  });

  test("7.2 an import takes every top-level field but what only the server or kubectl writes", async () => {
    await cluster().kubectl("create", "secret", "generic", "imported", "--from-literal=password=p");
    const request = { urn: "", type: "kubernetes:core/v1:Secret", name: "x", id: "default/imported" };
    const found = await cluster().provider.read({ ...request, inputs: {}, outputs: {} }, conversation());
    expect(found).toMatchObject({ id: "default/imported" });
    expect(found?.inputs).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "imported", namespace: "default", annotations: {} },
      type: "Opaque",
      data: new Secret({ password: "cA==" }),
    });
  });
}

export function deleting(cluster: () => Live): void {
  test("6.1 deletion is in the foreground: what the object owns is gone when the step ends", async () => {
    const state = await cluster().create(deployment("owner"));
    await cluster().delete(state);
    const left = await cluster().kubectl(
      "get",
      "deployments,replicasets,pods",
      "--selector=app=owner",
      "--output=name",
    );
    expect(left.trim()).toBe("");
  });

  test("6.1 the annotation chooses another way", async () => {
    const annotations = { "pulumi.com/deletionPropagationPolicy": "Orphan" };
    const state = await cluster().create(deployment("orphaning", {}, { annotations }));
    await cluster().delete(state);
    const left = await cluster().kubectl("get", "replicasets", "--selector=app=orphaning", "--output=name");
    expect(left).toContain("replicaset.apps/orphaning-");
  });

  test("6.2 the step waits for finalizers; 6.3 at the limit it names them and the resource stays", async () => {
    const state = await cluster().create(configMap("kept", {}, { finalizers: [FINALIZER] }));
    const call = conversation();
    const failed = await initFailure(cluster().delete(state, { timeout: 1, call }));
    expect(failed.message).toContain(FINALIZER);
    expect(call.warnings).toEqual([expect.stringContaining("finalizers might be preventing deletion")]);
    expect(failed.outputs["metadata"]).toMatchObject({ deletionTimestamp: expect.any(String) });
    const deleted = cluster().delete(failed);
    await cluster().kubectl(
      "patch",
      "configmap/kept",
      "--type=json",
      "--patch",
      '[{"op":"remove","path":"/metadata/finalizers"}]',
    );
    await deleted;
    expect(await cluster().read(state)).toBeUndefined();
  });

  test("6.2 skipAwait does not wait for a Deployment, but does for a ConfigMap", async () => {
    const annotations = { "pulumi.com/skipAwait": "true" };
    const metadata = { annotations, finalizers: [FINALIZER] };
    const held = await cluster().create({ ...deployment("skipped"), metadata: { name: "skipped", ...metadata } });
    await cluster().delete(held, { timeout: 1 });
    const waited = await cluster().create(configMap("waited", {}, metadata));
    await initFailure(cluster().delete(waited, { timeout: 1 }));
    const release = '[{"op":"remove","path":"/metadata/finalizers"}]';
    await cluster().kubectl("patch", "deployment/skipped", "--type=json", "--patch", release);
    await cluster().kubectl("patch", "configmap/waited", "--type=json", "--patch", release);
  });

  test("6.4 an object, or a kind, that is gone already counts as deleted", async () => {
    const state = await cluster().create(configMap("twice", {}));
    await cluster().delete(state);
    await cluster().delete(state);
    const unknown = { apiVersion: "example.com/v1", kind: "Nowhere", metadata: { name: "x" } };
    await cluster().delete({ id: "default/x", inputs: unknown, outputs: unknown });
  });
}
