import { claim, type Container, podAnnotations, podSpec, scratch } from "../../../components/foundation";

const container: Container = {
  name: "server",
  image: "registry.example.com/server:1.0.0",
  ports: { http: 8000 },
  resources: { cpu: "250m", memory: "256Mi" },
  probes: { ready: { tcpSocket: { port: "http" } }, live: { tcpSocket: { port: "http" } } },
  mounts: [scratch("tmp", "/tmp", "16Mi")],
};
const base = {
  containers: [container],
  user: 10001,
  serviceAccount: "server",
  selector: { app: "server" },
  cluster: {},
  shutdown: { drainSeconds: 60 },
};

interface Spec extends Record<string, unknown> {
  readonly containers: readonly Record<string, unknown>[];
}

/** The pod as plain JSON: these arguments hold no outputs. */
function spec(overrides: Partial<Parameters<typeof podSpec>[0]> = {}): Spec {
  return JSON.parse(JSON.stringify(podSpec({ ...base, ...overrides }))) as Spec;
}

test("a pod runs as its numeric user, without root, token, service links or an unconfined profile", () => {
  expect(spec()).toMatchObject({
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 10001,
      runAsGroup: 10001,
      fsGroup: 10001,
      seccompProfile: { type: "RuntimeDefault" },
    },
  });
});

test("a pod with a reason for it has its token", () => {
  expect(spec({ reasons: { token: "watches its own Endpoints" } })).toMatchObject({
    automountServiceAccountToken: true,
  });
});

test("annotations tell the policies how long it drains and every reason it has", () => {
  const shutdown = { drainSeconds: 60 };
  const reasons = { token: "watches Endpoints", secretVariables: "reads no files", noProbes: "serves nothing" };
  expect(podAnnotations({ shutdown })).toEqual({ "ai-platform.dev/drain-seconds": "60" });
  expect(podAnnotations({ shutdown, reasons })).toEqual({
    "ai-platform.dev/drain-seconds": "60",
    "ai-platform.dev/service-account-token-reason": "watches Endpoints",
    "ai-platform.dev/secret-variables-reason": "reads no files",
    "ai-platform.dev/exempt.workloads-have-probes": "serves nothing",
  });
});

test("its group, which owns its volumes, may be another than the user's", () => {
  expect(spec({ group: 0 })).toMatchObject({ securityContext: { runAsUser: 10001, runAsGroup: 0, fsGroup: 0 } });
});

test("images are pulled with the site's credentials, where it has any", () => {
  expect(spec({ pullSecrets: ["registry"] })).toMatchObject({ imagePullSecrets: [{ name: "registry" }] });
  expect(spec()).not.toHaveProperty("imagePullSecrets");
});

test("every container, sidecars included, drops all privileges and cannot write to its image", () => {
  const { containers } = spec({ containers: [container, { ...container, name: "sidecar" }] });
  expect(containers).toHaveLength(2);
  for (const { securityContext } of containers)
    expect(securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ["ALL"] },
    });
});

test("root is refused with a hint", () => {
  expect(() => spec({ user: 0 })).toThrow(/cannot run as root .* numeric user/);
});

test("the grace period covers preStop, drain and a margin", () => {
  expect(spec({ shutdown: { preStopSeconds: 10, drainSeconds: 100 } })["terminationGracePeriodSeconds"]).toBe(125);
});

test("only the workload's own container is asked to drain; its sidecars pause", () => {
  const shutdown = { drainSeconds: 60, drainRequest: { path: "/health/drain", port: "http" } };
  const [main, sidecar] = spec({ shutdown, containers: [container, { ...container, name: "sidecar" }] }).containers;
  expect(main).toMatchObject({ lifecycle: { preStop: { httpGet: { path: "/health/drain", port: "http" } } } });
  expect(sidecar).toMatchObject({ lifecycle: { preStop: { sleep: { seconds: 5 } } } });
});

test("a volume mounted by two containers exists once", () => {
  const { volumes } = spec({ containers: [container, { ...container, name: "sidecar" }] });
  expect(volumes).toEqual([{ name: "tmp", emptyDir: { sizeLimit: "16Mi" } }]);
});

test("mounts are read-only unless they are scratch folders or claims", () => {
  const secret = { name: "s", path: "/run/s", source: { secret: { secretName: "s" } } };
  const [main] = spec({ containers: [{ ...container, mounts: [secret, scratch("tmp", "/tmp", "16Mi")] }] }).containers;
  expect(main).toMatchObject({
    volumeMounts: [
      { name: "s", mountPath: "/run/s", readOnly: true },
      { name: "tmp", mountPath: "/tmp", readOnly: false },
    ],
  });
});

test("one file of a volume is mounted alone", () => {
  const file = { name: "files", path: "/etc/app.conf", subPath: "app.conf", source: { configMap: { name: "c" } } };
  const [main] = spec({ containers: [{ ...container, mounts: [file] }] }).containers;
  expect(main).toMatchObject({ volumeMounts: [{ mountPath: "/etc/app.conf", subPath: "app.conf", readOnly: true }] });
});

test("a claim of a stateful workload has no volume of its own: Kubernetes makes it", () => {
  const { volumes, containers } = spec({ containers: [{ ...container, mounts: [claim("data", "/data")] }] });
  expect(volumes).toEqual([]);
  expect(containers[0]).toMatchObject({ volumeMounts: [{ name: "data", mountPath: "/data", readOnly: false }] });
});

test("it goes to the nodes of the cluster that pods of the system may use, and of those to the ones it asks for", () => {
  const system = { key: "system", operator: "Exists" as const };
  const gpu = { key: "nvidia.com/gpu", operator: "Equal" as const, value: "present", effect: "NoSchedule" as const };
  const cluster = { nodeSelector: { "kubernetes.io/arch": "arm64" }, tolerations: [system] };
  expect(spec({ cluster, placement: { nodeSelector: { disk: "ssd" }, tolerations: [gpu] } })).toMatchObject({
    nodeSelector: { "kubernetes.io/arch": "arm64", disk: "ssd" },
    tolerations: [system, gpu],
  });
  expect(spec()).not.toHaveProperty("nodeSelector");
  expect(spec()).not.toHaveProperty("tolerations");
});

test("pods spread over zones and nodes", () => {
  const keys = (spec()["topologySpreadConstraints"] as { topologyKey: string }[]).map(({ topologyKey }) => topologyKey);
  expect(keys).toEqual(["topology.kubernetes.io/zone", "kubernetes.io/hostname"]);
});
