import type { KubeObject } from "../../../../rehearsal/plugins/kubernetes/objects/object.ts";
import {
  available,
  deployment,
  type Fields,
  good,
  object,
  replicaSet,
  revision,
  rolledOut,
  statefulSet,
  verdictOn,
} from "./cluster.ts";

test("5.1 a Deployment is ready when it is available and its current ReplicaSet has its replicas", async () => {
  expect(await verdictOn(deployment(good), [replicaSet(2)])).toEqual({ ready: true });
});

test.each<[string, KubeObject, KubeObject[]]>([
  ["its status is of an older generation", deployment({ ...good, observedGeneration: 0 }), [replicaSet(2)]],
  ["it is not available", deployment({ observedGeneration: 1 }), [replicaSet(2)]],
  ["its ReplicaSet lacks replicas", deployment(good), [replicaSet(1)]],
  ["only the ReplicaSet of an older revision is ready", deployment(good, {}, revision(2)), [replicaSet(2, 1)]],
  ["a later revision is still rolling out", deployment(good, {}, revision(2)), [replicaSet(2, 2)]],
])("5.1 a Deployment is not ready while %s", async (_, it, others) => {
  expect(await verdictOn(it, others)).toMatchObject({ ready: false });
});

test("5.1 a later revision is ready when the rollout is complete", async () => {
  const it = deployment({ ...good, conditions: [available, rolledOut] }, {}, revision(2));
  expect(await verdictOn(it, [replicaSet(2, 2)])).toEqual({ ready: true });
});

test("5.1 a Deployment waits for the claims its pods name", async () => {
  const volumes = [{ name: "data", persistentVolumeClaim: { claimName: "data" } }];
  const it = deployment(good, { template: { spec: { volumes } } });
  const claim = (phase: string) => object("v1", "PersistentVolumeClaim", { status: { phase } }, { name: "data" });
  const pending = await verdictOn(it, [replicaSet(2), claim("Pending")]);
  expect(pending).toEqual({ ready: false, findings: ["Failed to bind PersistentVolumeClaim: data"] });
  expect(await verdictOn(it, [replicaSet(2), claim("Bound")])).toEqual({ ready: true });
});

test("5.1 a Deployment with no replicas is ready, with a warning", async () => {
  expect(await verdictOn(deployment(good, { replicas: 0 }))).toEqual({ ready: true, warning: expect.any(String) });
});

test("5.2 a StatefulSet is ready when all replicas are ready and of the newest revision", async () => {
  expect(await verdictOn(statefulSet({}))).toEqual({ ready: true });
});

test.each<[string, Fields]>([
  ["a replica is not ready", { readyReplicas: 2 }],
  ["a replica is of an older revision", { currentReplicas: 2 }],
  ["its revision has not advanced", { currentRevision: "a" }],
  ["its revision is empty", { currentRevision: "", updateRevision: "" }],
  ["its status is of an older generation", { observedGeneration: 1 }],
])("5.2 a StatefulSet is not ready while %s", async (_, status) => {
  expect(await verdictOn(statefulSet(status))).toMatchObject({ ready: false });
});

test("5.2 a changed OnDelete StatefulSet does not wait for pods that nobody deletes", async () => {
  const onDelete = { updateStrategy: { type: "OnDelete" } };
  expect(await verdictOn(statefulSet({ currentRevision: "a", currentReplicas: 0 }, onDelete))).toEqual({ ready: true });
});

test("5.3 a DaemonSet is ready when every node it wants has an updated, available pod", async () => {
  const counts = { currentNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2, numberReady: 2 };
  const status = { observedGeneration: 1, desiredNumberScheduled: 2, ...counts };
  const it = (more: Fields) => object("apps/v1", "DaemonSet", { status: { ...status, ...more } }, { generation: 1 });
  expect(await verdictOn(it({}))).toEqual({ ready: true });
  expect(await verdictOn(it({ updatedNumberScheduled: 1 }))).toEqual({ ready: false, findings: ["1 of 2 updated"] });
});

test("5.4 a Pod is ready when scheduled, initialised and ready, or when it has succeeded", async () => {
  const conditions = (ready: string) =>
    ["PodScheduled", "Initialized", "Ready"].map((type) => ({ type, status: type === "Ready" ? ready : "True" }));
  expect(await verdictOn(object("v1", "Pod", { status: { conditions: conditions("True") } }))).toEqual({ ready: true });
  expect(await verdictOn(object("v1", "Pod", { status: { conditions: conditions("False") } }))).toMatchObject({
    ready: false,
  });
  expect(await verdictOn(object("v1", "Pod", { status: { phase: "Succeeded" } }))).toEqual({ ready: true });
});

test("5.5 a Job is ready when complete and fails at once when its pods may not be retried", async () => {
  const job = (type: string, reason = "") =>
    object("batch/v1", "Job", { status: { startTime: "now", conditions: [{ type, status: "True", reason }] } });
  expect(await verdictOn(job("Complete"))).toEqual({ ready: true });
  expect(await verdictOn(job("Failed", "BackoffLimitExceeded"))).toMatchObject({ ready: false, final: true });
  expect(await verdictOn(job("Failed", "PodFailurePolicy"))).not.toHaveProperty("final");
});
