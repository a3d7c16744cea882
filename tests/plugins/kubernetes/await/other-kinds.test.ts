import { limitFor, ruleFor } from "../../../../rehearsal/plugins/kubernetes/await/rules.ts";
import type { KubeObject } from "../../../../rehearsal/plugins/kubernetes/objects/object.ts";
import { type Fields, object, verdictOn } from "./cluster.ts";

function service(spec: Fields, status: Fields = {}): KubeObject {
  return object("v1", "Service", {
    spec: { type: "ClusterIP", clusterIP: "10.0.0.1", selector: { app: "web" }, ...spec },
    status,
  });
}

const endpoints = (subsets: Fields[]) => object("v1", "Endpoints", { subsets });

test("5.6 a Service is ready when no address is unready and its endpoints are still, even without pods", async () => {
  expect(await verdictOn(service({}), [endpoints([])])).toEqual({ ready: true });
  expect(await verdictOn(service({}), [endpoints([])], false)).toMatchObject({ ready: false });
  expect(await verdictOn(service({}), [endpoints([{ notReadyAddresses: [{ ip: "x" }] }])])).toMatchObject({
    ready: false,
  });
});

test.each<[string, Fields]>([
  ["headless", { clusterIP: "None" }],
  ["ExternalName", { type: "ExternalName" }],
  ["without selector", { selector: {} }],
])("5.7 a Service that is %s is ready at once", async (_, spec) => {
  expect(await verdictOn(service(spec))).toEqual({ ready: true });
});

test("5.8 a LoadBalancer waits for an address, without selector too", async () => {
  const balancer = { type: "LoadBalancer", selector: {} };
  expect(await verdictOn(service(balancer))).toMatchObject({ findings: [expect.stringContaining("IP address")] });
  expect(await verdictOn(service(balancer, { loadBalancer: { ingress: [{ ip: "x" }] } }))).toEqual({ ready: true });
});

test("5.9 an Ingress waits for an address and for the endpoints of its backends", async () => {
  const spec = {
    rules: [{ host: "a.example", http: { paths: [{ path: "/", backend: { service: { name: "web" } } }] } }],
  };
  const ingress = (ingress: Fields[]) =>
    object("networking.k8s.io/v1", "Ingress", { spec, status: { loadBalancer: { ingress } } });
  expect(await verdictOn(ingress([{ ip: "x" }]), [endpoints([])])).toEqual({ ready: true });
  expect(await verdictOn(ingress([{ ip: "x" }]))).toMatchObject({ findings: [expect.stringContaining("a.example/")] });
  expect(await verdictOn(ingress([]), [endpoints([])])).toMatchObject({
    findings: [expect.stringContaining("ingress controller")],
  });
  expect(await verdictOn(ingress([{ ip: "x" }]), [service({ type: "ExternalName" })])).toEqual({ ready: true });
});

test("5.10 a claim waits until bound, or stays pending when its class binds at first use", async () => {
  const claim = (phase: string) =>
    object("v1", "PersistentVolumeClaim", { spec: { storageClassName: "fast" }, status: { phase } });
  const storageClass = (volumeBindingMode: string) =>
    object("storage.k8s.io/v1", "StorageClass", { volumeBindingMode }, { name: "fast" });
  expect(await verdictOn(claim("Pending"), [storageClass("Immediate")])).toMatchObject({ ready: false });
  expect(await verdictOn(claim("Pending"), [storageClass("WaitForFirstConsumer")])).toEqual({ ready: true });
  expect(await verdictOn(claim("Bound"), [storageClass("Immediate")])).toEqual({ ready: true });
});

test("5.11 volumes, controllers and quotas are ready when their status says so", async () => {
  const cases = [
    ["PersistentVolume", {}, { phase: "Pending" }, { phase: "Available" }],
    ["ReplicationController", { replicas: 1 }, { availableReplicas: 0 }, { availableReplicas: 1 }],
    ["ResourceQuota", { hard: { pods: "5" } }, {}, { hard: { pods: "5" } }],
  ] as const;
  for (const [kind, spec, before, after] of cases) {
    expect(await verdictOn(object("v1", kind, { spec, status: before }))).toMatchObject({ ready: false });
    expect(await verdictOn(object("v1", kind, { spec, status: after }))).toEqual({ ready: true });
  }
});

test("5.12 only the token Secret of a service account waits, for its data, five seconds", async () => {
  const token = object("v1", "Secret", { type: "kubernetes.io/service-account-token" });
  expect(await verdictOn(token)).toMatchObject({ ready: false });
  expect(await verdictOn({ ...token, data: { token: "x" } })).toEqual({ ready: true });
  expect(limitFor(token, 100, ruleFor(token))).toBe(5);
  expect(ruleFor(object("v1", "Secret", { type: "Opaque" }))).toBeUndefined();
});

test.each([
  ["v1", "ServiceAccount"],
  ["v1", "Namespace"],
  ["apiextensions.k8s.io/v1", "CustomResourceDefinition"],
  ["autoscaling/v2", "HorizontalPodAutoscaler"],
  ["networking.k8s.io/v1", "NetworkPolicy"],
  ["example.com/v1", "Deployment"],
])("5.13 %s %s is ready as soon as it exists", (apiVersion, kind) => {
  expect(ruleFor(object(apiVersion, kind))).toBeUndefined();
});
