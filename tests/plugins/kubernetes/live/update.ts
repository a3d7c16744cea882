import { configMap, deployment, initFailure, type Live } from "./cluster.ts";

export function updating(cluster: () => Live): void {
  test("4.4 the first update moves the fields of the creating write to the resource's manager, so removals work", async () => {
    const state = await cluster().create(configMap("moved", { a: "1", b: "2" }));
    const { outputs } = await cluster().update(state, configMap("moved", { a: "3" }));
    expect(outputs["data"]).toEqual({ a: "3" });
    const managers = await cluster().kubectl(
      "get",
      "configmap/moved",
      "--show-managed-fields",
      "--output",
      "jsonpath={.metadata.managedFields[*].manager}",
    );
    expect(managers.trim()).toBe(state.outputs["__fieldManager"]);
  });

  test("4.4 what kubectl changed by hand is taken back", async () => {
    const state = await cluster().create(configMap("repaired", { a: "1" }));
    await cluster().kubectl("patch", "configmap/repaired", "--patch", '{"data":{"a":"by hand"}}');
    const { outputs } = await cluster().update(state, configMap("repaired", { a: "2" }));
    expect(outputs["data"]).toEqual({ a: "2" });
  });

  test("4.5 a field that another manager holds is a conflict that names it; 4.6 state keeps the new inputs", async () => {
    const state = await cluster().create(configMap("fought", { a: "1" }));
    await cluster().kubectl("patch", "configmap/fought", "--patch", '{"data":{"a":"theirs"}}', "--field-manager=rival");
    const failed = await initFailure(cluster().update(state, configMap("fought", { a: "ours" })));
    expect(failed.message).toMatch(/field conflict detected.*pulumi\.com\/patchForce.*rival/s);
    expect(failed.inputs["data"]).toEqual({ a: "ours" });
    expect(failed.outputs["data"]).toEqual({ a: "theirs" });
    const annotations = { "pulumi.com/patchForce": "true" };
    const forced = await cluster().update(failed, configMap("fought", { a: "ours" }, { annotations }));
    expect(forced.outputs["data"]).toEqual({ a: "ours" });
  });

  test("4.6 an update the server refuses is recorded while the object exists, and a plain error once it is gone", async () => {
    const state = await cluster().create(deployment("refused"));
    const wrong = deployment("refused", { replicas: -1 });
    const failed = await initFailure(cluster().update(state, wrong));
    expect(failed.reasons[0]).toMatch(/failed to fully initialize or become live.*Invalid value: -1/s);
    await cluster().kubectl("delete", "deployment/refused");
    await expect(cluster().update(state, wrong)).rejects.toThrow("unable to get cluster state");
  });

  test("4.9 an ignored field that another manager owns is left to it, one that we own keeps its live value", async () => {
    const state = await cluster().create(deployment("scaled"));
    await cluster().kubectl("scale", "deployment/scaled", "--replicas=2");
    const patch = '[{"op":"replace","path":"/spec/minReadySeconds","value":0}]';
    await cluster().kubectl("patch", "deployment/scaled", "--type=json", "--patch", patch, "--field-manager=rival");
    const wanted = deployment("scaled", { replicas: 1, minReadySeconds: 1, revisionHistoryLimit: 3 });
    const ignoreChanges = ["spec.replicas", "spec.minReadySeconds"];
    const { outputs } = await cluster().update(state, wanted, { ignoreChanges });
    expect(outputs["spec"]).toMatchObject({ replicas: 2, revisionHistoryLimit: 3 });
    expect(outputs["spec"]).not.toHaveProperty("minReadySeconds");
  });

  test("4.10 a definition is replaced as a whole", async () => {
    const names = { kind: "Lamp", plural: "lamps", singular: "lamp" };
    const version = (name: string) => ({
      name,
      served: true,
      storage: name === "v1",
      schema: { openAPIV3Schema: { type: "object" } },
    });
    const definition = (...versions: string[]) => ({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "lamps.example.com" },
      spec: { group: "example.com", scope: "Namespaced", names, versions: versions.map(version) },
    });
    const state = await cluster().create(definition("v1", "v1beta1"));
    const { outputs } = await cluster().update(state, definition("v1"));
    expect(outputs["spec"]).toMatchObject({ versions: [{ name: "v1" }] });
  });

  test("5.1 an update waits for the rollout it starts", async () => {
    const state = await cluster().create(deployment("rolled"));
    const failed = await initFailure(
      cluster().update(state, deployment("rolled", {}, { fails: true }), { timeout: 3 }),
    );
    expect(failed.reasons[0]).toContain("timed out waiting to be Ready");
    const repaired = await cluster().update(failed, deployment("rolled"));
    expect((await cluster().diff(repaired, deployment("rolled"))).changed).toBe(false);
  });
}
