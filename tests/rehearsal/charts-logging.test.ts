import { pins } from "../../rehearsal/charts/pins.ts";
import { find, FIRST_RUN, render } from "./charts-rendering";

jest.setTimeout(FIRST_RUN);

const off = { enabled: false };
const none = { replicas: 0 };
const oneLoki = {
  loki: { storage: { type: "filesystem" }, useTestSchema: true },
  singleBinary: { replicas: 1 },
  read: none,
  write: none,
  backend: none,
  gateway: off,
  lokiCanary: off,
  test: off,
  chunksCache: off,
  resultsCache: off,
};

interface PodSpec {
  readonly template: {
    readonly spec: { readonly securityContext: object; readonly containers: { readonly securityContext: object }[] };
  };
}

describe("the stand-in", () => {
  test("of Loki runs one server behind its Services, with the volume that the values size", async () => {
    const manifests = await render(pins.loki, {
      ...oneLoki,
      singleBinary: { replicas: 1, persistence: { size: "7Gi" } },
    });
    expect(find(manifests, "StatefulSet", "loki")?.spec).toMatchObject({
      replicas: 1,
      serviceName: "loki-headless",
      volumeClaimTemplates: [{ metadata: { name: "storage" }, spec: { resources: { requests: { storage: "7Gi" } } } }],
      template: { spec: { containers: [{ name: "loki" }, { name: "loki-sc-rules" }] } },
    });
    expect(find(manifests, "Service", "loki")?.spec).toMatchObject({
      selector: { "app.kubernetes.io/name": "loki", "app.kubernetes.io/component": "single-binary" },
      ports: expect.arrayContaining([expect.objectContaining({ name: "http-metrics", port: 3100 })]) as unknown,
    });
    const workloads = manifests.filter(({ kind }) => ["Deployment", "StatefulSet", "DaemonSet"].includes(kind));
    expect(workloads.map(({ metadata }) => metadata.name)).toEqual(["loki"]);
  });

  test("of Loki asks for the memory of the caches that were left on", async () => {
    const manifests = await render(pins.loki, { ...oneLoki, chunksCache: { enabled: true } });
    expect(find(manifests, "StatefulSet", "loki-chunks-cache")?.spec).toMatchObject({
      template: { spec: { containers: [{ resources: { requests: { memory: "9830Mi" } } }, {}] } },
    });
  });

  test.each([
    [{ read: { replicas: 1 } }, "the replicas of read, write and backend must be 0"],
    [{ singleBinary: { replicas: 2 } }, "with object storage only"],
    [{ loki: { storage: { type: "s3" }, useTestSchema: true } }, "bucketNames.chunks"],
    [{ loki: { storage: { type: "filesystem" } } }, "loki.schemaConfig is missing"],
    [{ test: { enabled: true } }, "lokiCanary"],
    [{ deploymentMode: "Distributed" }, "Monolithic"],
  ])("of Loki refuses %j, as the real chart does", async (values, reason) => {
    await expect(render(pins.loki, { ...oneLoki, ...values })).rejects.toThrow(reason);
  });

  test("of Alloy runs on every node, with the rights that the values give its pods and no others", async () => {
    const global = { podSecurityContext: { runAsNonRoot: true } };
    const alloy = { securityContext: { runAsUser: 473 }, mounts: { varlog: true } };
    const manifests = await render(pins.alloy, { global, alloy });
    expect(find(manifests, "Service", "alloy")?.spec).toMatchObject({ ports: [{ name: "http-metrics", port: 12345 }] });
    expect(find(manifests, "DaemonSet", "alloy")?.spec).toMatchObject({
      template: {
        spec: {
          serviceAccountName: "alloy",
          securityContext: global.podSecurityContext,
          volumes: [{ hostPath: { path: "/var/log" } }],
          containers: [{ name: "alloy", securityContext: alloy.securityContext }, { name: "config-reloader" }],
        },
      },
    });
    const unset = (find(await render(pins.alloy, {}), "DaemonSet", "alloy")?.spec as PodSpec).template.spec;
    expect([unset.securityContext, unset.containers[0]?.securityContext]).toEqual([{}, {}]);
  });
});
