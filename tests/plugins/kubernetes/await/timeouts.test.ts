import { awaitReady, NotReady } from "../../../../rehearsal/plugins/kubernetes/await/index.ts";
import { Lists } from "../../../../rehearsal/plugins/kubernetes/await/lists.ts";
import { ruleFor } from "../../../../rehearsal/plugins/kubernetes/await/rules.ts";
import type { KubeObject } from "../../../../rehearsal/plugins/kubernetes/objects/object.ts";
import { conversation } from "../../conversation.ts";
import { asked, deployment, object, replicaSet, statefulSet } from "./cluster.ts";

/** Waits for the first object in a cluster that never changes. */
async function failureOf(first: KubeObject, others: readonly KubeObject[] = []): Promise<NotReady> {
  const all = [first, ...others];
  const lists = new Lists({ list: async (_, kind) => all.filter((it) => it.kind === kind) });
  const pauses = { endpointsSettle: 0, retry: 0 };
  const wait = awaitReady(first, { timeout: 0.001, lists, pauses, call: conversation() });
  return wait.then(
    () => Promise.reject(new Error("it became ready")),
    (error: unknown) => error as NotReady,
  );
}

test("5.17 a Deployment that times out says so, with its conditions and its pods' troubles", async () => {
  const conditions = [
    { type: "Available", status: "False", reason: "MinimumReplicasUnavailable", message: "Too few." },
  ];
  const waiting = { reason: "ImagePullBackOff", message: "no such image" };
  const pod = object(
    "v1",
    "Pod",
    { status: { containerStatuses: [{ name: "main", ready: false, state: { waiting } }] } },
    { name: "web-1", ownerReferences: [{ uid: "ReplicaSet-1" }] },
  );
  const error = await failureOf(deployment({ observedGeneration: 1, conditions }), [replicaSet(0), pod]);
  expect(error.reasons).toEqual([
    "'web' timed out waiting to be Ready",
    "[MinimumReplicasUnavailable] Too few.",
    expect.stringContaining("Minimum number of live Pods was not attained"),
    "[Pod apps/web-1]: container main: [ImagePullBackOff] no such image",
  ]);
});

test("5.17 a StatefulSet that times out counts its replicas", async () => {
  const error = await failureOf(statefulSet({ readyReplicas: 1 }));
  expect(error.reasons).toContain("1 out of 3 replicas succeeded readiness checks");
});

test.each([
  ["a polled kind", object("v1", "PersistentVolume"), "Timeout occurred polling"],
  ["a waitFor", asked("condition=Ready", {}), "timed out waiting for the condition"],
  ["a DaemonSet", object("apps/v1", "DaemonSet"), "timed out waiting for the condition"],
])("5.17 %s has the short text", async (_, it, text) => {
  const rule = ruleFor(it);
  expect(rule?.timeoutText).toBe(text);
});
