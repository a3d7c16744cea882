import * as pulumi from "@pulumi/pulumi";
import { type DeploymentArgs, http, scratch, type Site, type SiteArgs, Workload } from "../../../components/foundation";
import { connectionTo, recordMade } from "../../support/builders";

const base: Omit<DeploymentArgs, "site"> = {
  component: "backend",
  image: "registry.example.com/api:1.0.0",
  ports: { http: 8000 },
  resources: { cpu: "250m", memory: "256Mi" },
  probes: { ready: http("/ready", "http"), live: http("/health", "http") },
  user: 10001,
  scale: { replicas: 2 },
  shutdown: { drainSeconds: 30 },
};

interface Container {
  readonly name: string;
  readonly ports: readonly object[];
  readonly env: readonly object[];
  readonly volumeMounts: readonly { readonly mountPath: string }[];
}

interface Deployment {
  readonly metadata: { readonly labels: object; readonly annotations?: object };
  readonly spec: {
    readonly replicas?: number;
    readonly selector: { readonly matchLabels: object };
    readonly strategy: object;
    readonly template: {
      readonly metadata: { readonly labels: object; readonly annotations: object };
      readonly spec: { readonly containers: readonly [Container, ...Container[]] };
    };
  };
}

async function api(args: Partial<DeploymentArgs> = {}, siteArgs: Partial<SiteArgs> = {}) {
  const make = (around: Site) => new Workload("api", { ...base, site: around, ...args });
  const { made: workload, stack } = await recordMade(make, siteArgs);
  const deployment = stack.get("api", "Deployment").inputs as unknown as Deployment;
  return { stack, workload, deployment, pod: deployment.spec.template };
}

describe("around its pods a workload has", () => {
  test("an account without a token, a disruption budget of one, and a Service, all by its name", async () => {
    const { stack } = await api();
    expect(stack.object("ServiceAccount", "api").inputs).toMatchObject({ automountServiceAccountToken: false });
    expect(stack.object("PodDisruptionBudget", "api").inputs).toMatchObject({
      spec: { maxUnavailable: 1, selector: { matchLabels: { "app.kubernetes.io/name": "api" } } },
    });
    expect(stack.object("Service", "api").inputs).toMatchObject({
      metadata: { namespace: "ai-platform" },
      spec: { type: "ClusterIP", selector: { "app.kubernetes.io/name": "api" } },
    });
  });

  test("no Service without ports", async () => {
    expect((await api({ ports: {} })).stack.ofType("Service")).toEqual([]);
  });

  test("a headless Service where clients balance themselves", async () => {
    const { stack } = await api({ service: "headless" });
    expect(stack.object("Service", "api").inputs).toMatchObject({ spec: { clusterIP: "None" } });
  });
});

test("the port of the Service and that of the pods are two things; clients see the first, policies the second", async () => {
  const { stack, pod, workload } = await api({ ports: { http: { port: 80, targetPort: 8000 } } });
  expect(stack.object("Service", "api").inputs).toHaveProperty("spec.ports", [
    { name: "http", port: 80, targetPort: "http", protocol: "TCP" },
  ]);
  expect(pod.spec.containers[0].ports).toEqual([{ name: "http", containerPort: 8000, protocol: "TCP" }]);
  expect(workload.offer("http")).toMatchObject({
    name: "api",
    host: "api.ai-platform.svc.cluster.local",
    port: 80,
    server: { name: "api", ports: [8000] },
    ready: [workload],
  });
});

test("a connection to a port that is not there is an error that names the ports", async () => {
  const { workload } = await api();
  expect(() => workload.offer("grpc")).toThrow('There is no port "grpc"; its ports are http.');
});

test("labels that a system fixes are on every object and in every selector", async () => {
  const { stack, deployment, pod, workload } = await api({ labels: { app: "web" } }, { labels: { tier: "shop" } });
  const fixed = { app: "web", tier: "shop" };
  for (const labels of [deployment.metadata.labels, deployment.spec.selector.matchLabels, pod.metadata.labels])
    expect(labels).toMatchObject(fixed);
  expect(stack.object("Service", "api").inputs).toMatchObject({ spec: { selector: fixed } });
  expect(workload.member.peer.labels).toMatchObject(fixed);
});

test("A28 beside an autoscaler nothing states the number of pods", async () => {
  expect((await api()).deployment.spec.replicas).toBe(2);
  expect((await api({ scale: "autoscaled" })).deployment.spec).not.toHaveProperty("replicas");
});

describe("an update", () => {
  test("never falls below the wanted number of pods", async () => {
    expect((await api()).deployment.spec.strategy).toEqual({
      type: "RollingUpdate",
      rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
    });
  });

  test("replaces pods with GPUs in place, because a spare GPU is rarely free", async () => {
    const { deployment } = await api({ resources: { cpu: "8", memory: "64Gi", gpus: 1 } });
    expect(deployment.spec.strategy).toMatchObject({ rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } });
  });

  test("goes as the stack file says, and is awaited unless there is a reason not to", async () => {
    const rollout = { maxSurge: 3, maxUnavailable: 1 };
    const { deployment } = await api({ rollout, unawaited: "starts on demand" });
    expect(deployment.spec.strategy).toMatchObject({ rollingUpdate: rollout });
    expect(deployment.metadata.annotations).toEqual({
      "pulumi.com/skipAwait": "true",
      "ai-platform.dev/skip-await-reason": "starts on demand",
    });
    expect((await api()).deployment.metadata).not.toHaveProperty("annotations");
  });
});

test("a pod without probes says why, to the policy that asks for them", async () => {
  const { pod } = await api({ ports: {}, probes: { none: "it serves no requests" } });
  expect(pod.metadata.annotations).toMatchObject({
    "ai-platform.dev/exempt.workloads-have-probes": "it serves no requests",
  });
  expect(pod.spec.containers[0]).not.toHaveProperty("readinessProbe");
});

test("what it uses reaches its main container, and is there before its pods", async () => {
  const { stack } = await recordMade((around) => {
    const store = new Workload("store", { ...base, site: around });
    const sidecars = [{ name: "exporter", image: "e:1", resources: base.resources, ports: { metrics: 9000 } }];
    const ports = { http: 8000, metrics: 9000 };
    new Workload("api", { ...base, ports, sidecars, site: around, uses: [store.offer("http")] });
  });
  const { inputs, dependsOn } = stack.get("api", "Deployment");
  const [main, sidecar] = (inputs as unknown as Deployment).spec.template.spec.containers;
  expect(main.env).toContainEqual({ name: "STORE_HOST", value: "store.ai-platform.svc.cluster.local" });
  expect(main.ports).toHaveLength(1);
  expect(sidecar?.env).toEqual([]);
  expect(sidecar?.ports).toEqual([{ name: "metrics", containerPort: 9000, protocol: "TCP" }]);
  expect(dependsOn).toContain(stack.get("store", "Deployment").urn);
});

test("its member is what the network needs to know", async () => {
  const uses = [connectionTo("store")];
  const { workload } = await api({ uses, peerPorts: [7946] });
  expect(workload.member).toMatchObject({ name: "api", peer: workload.peer, uses, peerPorts: [7946], access: [] });
});

test("members that must find each other are published before they are ready", async () => {
  const { stack } = await api({ service: "headless", peerPorts: [7946] });
  expect(stack.object("Service", "api").inputs).toMatchObject({ spec: { publishNotReadyAddresses: true } });
});

test("secrets as variables come by reference and with a reason", async () => {
  const { pod } = await api({
    environment: { PLAIN: "text", TOKEN: { secretName: pulumi.output("tokens"), key: "token" } },
    reasons: { secretVariables: "the image reads no files" },
  });
  expect(pod.spec.containers[0].env).toEqual([
    { name: "PLAIN", value: "text" },
    { name: "TOKEN", valueFrom: { secretKeyRef: { name: "tokens", key: "token" } } },
  ]);
  expect(pod.metadata.annotations).toMatchObject({
    "ai-platform.dev/secret-variables-reason": "the image reads no files",
  });
});

test("what the builder does not model is merged last: over container, pod and Deployment, leaving the rest", async () => {
  const { deployment, pod } = await api({
    mounts: [scratch("tmp", "/tmp", "16Mi")],
    extra: {
      container: { stdin: true, securityContext: { runAsUser: 1 } },
      pod: { hostAliases: [{ ip: "10.0.0.1", hostnames: ["db"] }] },
      deployment: { revisionHistoryLimit: 3 },
    },
  });
  expect(deployment.spec).toMatchObject({ revisionHistoryLimit: 3, replicas: 2 });
  expect(pod.spec).toMatchObject({ hostAliases: [{ ip: "10.0.0.1" }], automountServiceAccountToken: false });
  expect(pod.spec.containers[0]).toMatchObject({
    stdin: true,
    securityContext: { runAsUser: 1, allowPrivilegeEscalation: false },
    volumeMounts: [{ mountPath: "/tmp" }],
  });
});
