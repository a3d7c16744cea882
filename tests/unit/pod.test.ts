import { type Container, podAnnotations, podSpec, scratch } from "../../components/foundation";

const container: Container = {
  name: "server",
  image: "registry.example.com/server:1.0.0",
  ports: { http: 8000 },
  resources: { cpu: "250m", memoryMiB: 256 },
  probes: { ready: { tcpSocket: { port: "http" } }, live: { tcpSocket: { port: "http" } } },
  mounts: [scratch("tmp", "/tmp", 16)],
};
const base = { containers: [container], user: 10001, serviceAccount: "server", selector: { app: "server" } };

interface Spec extends Record<string, unknown> {
  readonly containers: readonly Record<string, unknown>[];
}

/** The pod as plain JSON: these arguments hold no outputs. */
function spec(overrides: Partial<Parameters<typeof podSpec>[0]> = {}): Spec {
  return JSON.parse(JSON.stringify(podSpec({ ...base, shutdown: { drainSeconds: 60 }, ...overrides }))) as Spec;
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

test("a pod with a reason for it has its token, and says the reason", () => {
  const tokenReason = "watches its own Endpoints";
  expect(spec({ tokenReason })).toMatchObject({ automountServiceAccountToken: true });
  expect(podAnnotations({ shutdown: { drainSeconds: 60 }, tokenReason })).toEqual({
    "ai-platform.dev/drain-seconds": "60",
    "ai-platform.dev/service-account-token-reason": tokenReason,
  });
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

test("memory is limited to its request, and CPU may burst to four times its request", () => {
  expect(spec().containers[0]).toMatchObject({
    resources: { requests: { cpu: "250m", memory: "256Mi" }, limits: { cpu: "1000m", memory: "256Mi" } },
  });
});

test("GPUs are requested and limited alike", () => {
  const [gpu] = spec({ containers: [{ ...container, resources: { cpu: "8", memoryMiB: 1024, gpus: 4 } }] }).containers;
  expect(gpu).toMatchObject({
    resources: {
      requests: { cpu: "8", "nvidia.com/gpu": "4" },
      limits: { cpu: "32", memory: "1024Mi", "nvidia.com/gpu": "4" },
    },
  });
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
  const [main] = spec({ containers: [{ ...container, mounts: [secret, scratch("tmp", "/tmp", 16)] }] }).containers;
  expect(main).toMatchObject({
    volumeMounts: [
      { name: "s", mountPath: "/run/s", readOnly: true },
      { name: "tmp", mountPath: "/tmp", readOnly: false },
    ],
  });
});

test("pods spread over zones and nodes", () => {
  const keys = (spec()["topologySpreadConstraints"] as { topologyKey: string }[]).map(({ topologyKey }) => topologyKey);
  expect(keys).toEqual(["topology.kubernetes.io/zone", "kubernetes.io/hostname"]);
});
