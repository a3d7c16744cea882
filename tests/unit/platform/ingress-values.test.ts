import { Artifacts } from "../../../components/foundation";
import { buildValues } from "../../../components/platform/ingress/values";
import { assertKnownValues } from "../../contracts/values";

const args = {
  artifacts: new Artifacts(),
  replicas: 2,
  service: "LoadBalancer" as const,
  trustedProxies: ["10.0.0.0/8"],
  dashboard: false,
  challenged: false,
  tolerations: [],
};
const acme = { ...args, challenged: true };
const mirrored = { ...args, artifacts: new Artifacts({ imageMirror: "registry.example.com/mirror" }) };

test.each([
  ["as they are by default", args],
  ["with ACME", acme],
  ["with a mirror", mirrored],
])("the chart knows every value %s", (_, some) => {
  expect(() => {
    assertKnownValues("traefik", buildValues(some));
  }).not.toThrow();
});

test("A8 several pods, spread over zones and nodes, of which one may be missed", () => {
  const { deployment, podDisruptionBudget, topologySpreadConstraints } = buildValues(args);
  expect(deployment.replicas).toBe(2);
  expect(podDisruptionBudget).toEqual({ enabled: true, maxUnavailable: 1 });
  expect(topologySpreadConstraints.map(({ topologyKey }) => topologyKey)).toEqual([
    "topology.kubernetes.io/zone",
    "kubernetes.io/hostname",
  ]);
});

test("A24 there is no dashboard, unless a stack in development asks for one", () => {
  expect(buildValues(args).api).toEqual({ dashboard: false, insecure: false });
  expect(buildValues({ ...args, dashboard: true }).api).toEqual({ dashboard: true, insecure: true });
});

test("A43 A44 A45 A46 metrics on port 8082 carry entry point, router and service", () => {
  const { ports, metrics } = buildValues(args);
  expect(ports.metrics.port).toBe(8082);
  expect(metrics.prometheus).toMatchObject({
    addEntryPointsLabels: true,
    addRoutersLabels: true,
    addServicesLabels: true,
  });
});

test("C126 C145 plain HTTP is redirected for good", () => {
  expect(buildValues(args).ports.web.http.redirections.entryPoint).toEqual({
    to: "websecure",
    scheme: "https",
    permanent: true,
  });
});

test("C157 an answer may last as long as it likes", () => {
  const { web, websecure } = buildValues(args).ports;
  for (const { transport } of [web, websecure]) expect(transport.respondingTimeouts.writeTimeout).toBe("0s");
});

test("a leaving pod is not killed before the answers it may finish", () => {
  const { deployment, ports } = buildValues(args);
  const { requestAcceptGraceTimeout, graceTimeOut } = ports.websecure.transport.lifeCycle;
  const promised = parseInt(requestAcceptGraceTimeout, 10) + parseInt(graceTimeOut, 10);
  expect(deployment.terminationGracePeriodSeconds).toBeGreaterThan(promised);
});

test("A17 only trusted proxies may say who the client is, and nodes do not hide it", () => {
  const { ports, service } = buildValues(args);
  expect(ports.websecure.forwardedHeaders.trustedIPs).toEqual(["10.0.0.0/8"]);
  expect(service.spec).toEqual({ type: "LoadBalancer", externalTrafficPolicy: "Local" });
  expect(buildValues({ ...args, service: "ClusterIP" }).service.spec).toEqual({ type: "ClusterIP" });
});

test("the policy pack is told why this one Service is public", () => {
  expect(buildValues(args).service.annotations).toEqual({
    "ai-platform.dev/exempt.services-stay-inside": expect.stringContaining("edge"),
  });
  expect(buildValues({ ...args, service: "ClusterIP" }).service).not.toHaveProperty("annotations");
});

test("Traefik may run on nodes with the cluster's taints", () => {
  const tolerations = [{ key: "system", operator: "Exists" as const }];
  expect(buildValues({ ...args, tolerations }).tolerations).toEqual(tolerations);
});

test("a TLS option of another namespace cannot weaken TLS for every host", () => {
  expect(buildValues(args).providers.kubernetesCRD.defaultTLSResourcesNamespace).toBe("traefik");
});

test("images come from the mirror where there is one", () => {
  expect(buildValues(mirrored).image).toEqual({
    registry: "registry.example.com/mirror",
    repository: "library/traefik",
  });
  expect(buildValues(args)).not.toHaveProperty("image");
});

test("A6 routes come from IngressRoutes alone, but for ACME's challenges", () => {
  expect(buildValues(args).providers.kubernetesIngress.enabled).toBe(false);
  expect(buildValues(acme).providers.kubernetesIngress.enabled).toBe(true);
});
