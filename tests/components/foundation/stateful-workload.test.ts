import {
  claim,
  exec,
  type Site,
  type SiteArgs,
  StatefulWorkload,
  type StatefulWorkloadArgs,
} from "../../../components/foundation";
import { recordMade } from "../../support/builders";

const ping = exec(["ping"]);

async function made(args: Partial<StatefulWorkloadArgs> = {}, siteArgs: Partial<SiteArgs> = {}) {
  const make = (site: Site) =>
    new StatefulWorkload("store", {
      site,
      component: "database",
      image: "registry.example.com/store:1.0.0",
      ports: { store: 7000 },
      resources: { cpu: "250m", memory: "256Mi" },
      probes: { ready: ping, live: ping },
      user: 999,
      scale: { replicas: 2 },
      shutdown: { drainSeconds: 30 },
      claims: { data: { size: "10Gi" } },
      mounts: [claim("data", "/data")],
      ...args,
    });
  return (await recordMade(make, siteArgs)).stack;
}

test("every pod's claim is a resource of its own, under the name by which the StatefulSet finds it", async () => {
  const stack = await made();
  for (const name of ["data-store-0", "data-store-1"])
    expect(stack.get(name, "PersistentVolumeClaim").inputs).toMatchObject({
      metadata: { name, namespace: "ai-platform" },
      spec: { resources: { requests: { storage: "10Gi" } } },
    });
  const set = stack.get("store", "StatefulSet");
  expect(set.inputs).toMatchObject({
    spec: { serviceName: "store", volumeClaimTemplates: [{ metadata: { name: "data" } }] },
  });
  expect(set.dependsOn).toEqual(expect.arrayContaining(stack.ofType("PersistentVolumeClaim").map(({ urn }) => urn)));
});

test("a larger volume changes its claim and nothing else: the set's own templates cannot change, and are ignored", async () => {
  const larger = await made({ claims: { data: { size: "20Gi" } } });
  const set = larger.get("store", "StatefulSet");
  expect(set.ignoreChanges).toEqual(["spec.volumeClaimTemplates"]);
  expect(larger.get("data-store-0").inputs).toMatchObject({ spec: { resources: { requests: { storage: "20Gi" } } } });
});

test("no change of a stack file replaces a claim: what would is left as it is", async () => {
  const stack = await made({ claims: { data: { size: "10Gi", storageClass: "fast", access: "ReadWriteMany" } } });
  const volume = stack.get("data-store-0");
  expect(volume.ignoreChanges).toEqual(["spec.storageClassName", "spec.accessModes"]);
  expect(volume.inputs).toMatchObject({ spec: { storageClassName: "fast", accessModes: ["ReadWriteMany"] } });
});

test("the cluster's own storage class is named by silence", async () => {
  expect((await made()).get("data-store-0").inputs).not.toHaveProperty("spec.storageClassName");
});

test("a deployment does not wait for a claim, which is bound when its pod is placed", async () => {
  expect((await made()).get("data-store-0").inputs).toMatchObject({
    metadata: { annotations: { "pulumi.com/skipAwait": "true" } },
  });
});

test("with protect, set and claims refuse to be deleted and outlive the program", async () => {
  const stack = await made({}, { protect: true });
  for (const resource of [stack.get("store", "StatefulSet"), ...stack.ofType("PersistentVolumeClaim")]) {
    expect(resource).toMatchObject({ protect: true, retainOnDelete: true });
    expect(JSON.stringify(resource.inputs)).not.toContain("exempt.state-is-protected");
  }
});

test("without protect, both say to the policy pack that their data may go", async () => {
  const stack = await made();
  for (const { inputs, protect, retainOnDelete } of [stack.get("store", "StatefulSet"), stack.get("data-store-0")]) {
    expect([protect, retainOnDelete]).toEqual([false, false]);
    expect(inputs).toMatchObject({
      metadata: {
        annotations: { "ai-platform.dev/exempt.state-is-protected": expect.stringContaining("protect: false") },
      },
    });
  }
});

test("its pods have addresses of their own, start together, and keep their claims when their number falls", async () => {
  const stack = await made();
  expect(stack.object("Service", "store").inputs).toMatchObject({ spec: { clusterIP: "None" } });
  expect(stack.get("store", "StatefulSet").inputs).toMatchObject({
    spec: {
      podManagementPolicy: "Parallel",
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    },
  });
});
