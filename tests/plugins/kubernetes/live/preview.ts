import { UNKNOWN } from "../../../../rehearsal/plugins/protocol/index.ts";
import { configMap, deployment, type Live } from "./cluster.ts";

const preview = { preview: true };

export function previewing(cluster: () => Live): void {
  test("9.1 the preview of a create is a dry run, without status and ID, and leaves nothing behind", async () => {
    const { id, outputs } = await cluster().create(deployment("planned"), preview);
    expect(id).toBe("");
    expect(outputs["spec"]).toMatchObject({ revisionHistoryLimit: 10 });
    expect(outputs).not.toHaveProperty("status");
    await expect(cluster().field("deployment/planned", ".metadata.name")).rejects.toThrow(/not found/);
  });

  test.each([
    ["something is unknown", configMap("planned", { a: UNKNOWN })],
    ["the kind is not known to the server", { apiVersion: "example.com/v1", kind: "Later", metadata: { name: "x" } }],
    ["the namespace does not exist", configMap("planned", {}, { namespace: "later" })],
  ])("9.1 9.3 the preview of a create returns the inputs when %s", async (_, program) => {
    const { outputs, inputs } = await cluster().create(program, preview);
    expect(outputs).toEqual(inputs);
  });

  test("9.2 what the dry run allocates counts as known", async () => {
    const spec = { ports: [{ port: 80 }] };
    const { outputs } = await cluster().create(
      { apiVersion: "v1", kind: "Service", metadata: { name: "p" }, spec },
      preview,
    );
    expect(outputs["metadata"]).toMatchObject({ uid: expect.any(String) });
    expect(outputs["spec"]).toMatchObject({ clusterIP: expect.any(String) });
  });

  test("9.3 an object that exists already is not noticed by a preview", async () => {
    await cluster().create(configMap("present", {}));
    const { outputs, inputs } = await cluster().create(configMap("present", {}), preview);
    expect(outputs).toEqual(inputs);
  });

  test("9.3 what Pod Security forbids is not noticed by a preview, but by the create", async () => {
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
    await cluster().create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "guarded", labels } });
    const spec = { hostNetwork: true, containers: [{ name: "main", image: "x" }] };
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "p", namespace: "guarded" }, spec };
    const { outputs, inputs } = await cluster().create(pod, preview);
    expect(outputs).toEqual(inputs);
    await expect(cluster().create(pod)).rejects.toThrow(/violates PodSecurity "restricted/);
  });

  test("9.3 any other refusal fails the preview", async () => {
    await expect(cluster().create(deployment("wrong", { replicas: -1 }), preview)).rejects.toThrow(/Invalid value: -1/);
  });

  test("9.4 the preview of an update is a dry run that keeps status and changes nothing", async () => {
    const state = await cluster().create(deployment("stable"));
    const { outputs } = await cluster().update(state, deployment("stable", { replicas: 2 }), preview);
    expect(outputs["spec"]).toMatchObject({ replicas: 2 });
    expect(outputs["status"]).toMatchObject({ readyReplicas: 1 });
    expect(await cluster().field("deployment/stable", ".spec.replicas")).toBe("1");
  });

  test("9.4 the preview of an update returns the inputs when something is unknown and fails on a refusal", async () => {
    const state = await cluster().create(deployment("refusing"));
    const unknown = await cluster().update(state, deployment("refusing", { replicas: UNKNOWN }), preview);
    expect(unknown.outputs).toEqual(unknown.inputs);
    const refused = cluster().update(state, deployment("refusing", { replicas: -1 }), preview);
    await expect(refused).rejects.toThrow(/failed to fully initialize or become live.*Invalid value: -1/s);
  });

  test("9.5 a preview moves no field managers", async () => {
    const state = await cluster().create(configMap("unmoved", { a: "1" }));
    await cluster().update(state, configMap("unmoved", { a: "2" }), preview);
    const managers = await cluster().kubectl(
      "get",
      "configmap/unmoved",
      "--show-managed-fields",
      "--output",
      "jsonpath={.metadata.managedFields[*].manager}",
    );
    expect(managers.trim()).toBe("pulumi-kubernetes");
  });
}
