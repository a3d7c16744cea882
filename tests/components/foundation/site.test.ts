import { cluster, recordMade, site } from "../../support/builders";
import { record } from "../../support/mocks";

test("a system lives in a namespace of its own name, or in the one the stack file names", async () => {
  const own = await record(() => site({ system: "shop" }));
  expect(own.object("Namespace", "shop").inputs).toMatchObject({
    metadata: { labels: { "app.kubernetes.io/part-of": "shop" } },
  });
  const named = await record(() =>
    site({ system: "shop", namespace: { name: "shop-production", labels: { tier: "a" } } }),
  );
  expect(named.object("Namespace", "shop-production").inputs).toMatchObject({ metadata: { labels: { tier: "a" } } });
});

test("its certificate authority is its own, and the authority's key stays out of the cluster", async () => {
  const stack = await record(() => site({ system: "shop" }));
  expect(stack.get("authority-certificate").inputs).toMatchObject({
    isCaCertificate: true,
    subject: { commonName: "shop internal authority" },
  });
  expect(stack.ofType("Secret")).toEqual([]);
});

test("credentials of an image registry become a pull secret from an encrypted key", async () => {
  const stack = await record(() => site({ artifacts: { pullSecret: { secret: "registry" } } }));
  expect(stack.get("pull-secret", "Secret")).toMatchObject({
    inputs: { type: "kubernetes.io/dockerconfigjson", stringData: { ".dockerconfigjson": "decrypted-registry" } },
    secretInputs: ["stringData"],
  });
});

test("only size dev does without copies", async () => {
  const redundant: boolean[] = [];
  await record(() => {
    for (const size of ["dev", "small"] as const) redundant.push(site({ size, system: size }).redundant);
  });
  expect(redundant).toEqual([false, true]);
});

test("what several parts share is made once, by the first who asks", async () => {
  let made = 0;
  await record(() => {
    const shared = site();
    for (const _ of [1, 2]) shared.once("operator", () => (made += 1));
  });
  expect(made).toBe(1);
});

test("its pods run on the processor that the stack file names, and on nodes with the cluster's taints", async () => {
  const tolerations = [{ key: "system", operator: "Exists" as const }];
  const { made } = await recordMade(({ placement }) => placement, {
    cluster: { ...cluster, architecture: "arm64", tolerations },
  });
  expect(made).toEqual({ nodeSelector: { "kubernetes.io/arch": "arm64" }, tolerations });
  expect((await recordMade(({ placement }) => placement)).made).toEqual({ tolerations: [] });
});

test("a namespace that no part made is an error that names it", async () => {
  await record(() => {
    expect(() => site().namespaceOf("elsewhere")).toThrow('No part has made the namespace "elsewhere".');
  });
});
