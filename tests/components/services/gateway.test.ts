import { TOKEN_REASON_ANNOTATION } from "../../../components/foundation";
import { Gateway } from "../../../components/services/gateway/gateway";
import { gatewayKeys } from "../../../components/services/gateway/keys";
import { Postgres } from "../../../components/stores/postgres/postgres";
import { postgresKeys } from "../../../components/stores/postgres/keys";
import { connectionTo, keysOf, recordPart, valueOf } from "../../support/builders";
import { flows } from "../../support/edges";

interface Deployment {
  readonly spec: {
    readonly replicas?: number;
    readonly template: {
      readonly metadata: { readonly annotations: object };
      readonly spec: {
        readonly automountServiceAccountToken: boolean;
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly [
          {
            readonly image: string;
            readonly lifecycle: object;
            readonly env: object[];
            readonly volumeMounts: object[];
          },
        ];
        readonly volumes: object[];
      };
    };
  };
}

const SLICES = { engineDiscovery: "endpointSlices" };

async function gateway(keys: object = {}) {
  const { part, stack } = await recordPart((site) => {
    const postgres = new Postgres("postgres", { ...keysOf(postgresKeys), site });
    const uses = [
      ...Object.values(postgres.connections).slice(0, 1),
      connectionTo("cache"),
      connectionTo("engine-tiny"),
    ];
    return new Gateway("backend", { ...keysOf(gatewayKeys, keys), site, uses });
  });
  return { part, stack, deployment: stack.get("backend", "Deployment").inputs as unknown as Deployment };
}

test("no pod starts before the migrations have run, and those not before the database is ready", async () => {
  const { stack } = await gateway();
  const migrations = stack.get("backend-migrations", "Job");
  expect(stack.get("backend", "Workload").dependsOn).toContain(migrations.urn);
  expect(migrations.dependsOn).toContain(stack.get("postgres", "Cluster").urn);
});

test("migrations reach the database and nothing else", async () => {
  const { part, stack } = await gateway();
  const [, migrations] = part.members;
  expect(migrations?.uses?.map(({ name }) => name)).toEqual(["postgres"]);
  const ways = flows(stack).open.filter((flow) => flow.startsWith("ai-platform/backend-migrations "));
  expect(ways).toEqual(["ai-platform/backend-migrations -> ai-platform/cnpg.io/cluster=postgres:5432"]);
});

test("its pods reach its stores and every engine", async () => {
  const { stack } = await gateway();
  const ways = flows(stack).open.filter((flow) => flow.startsWith("ai-platform/backend "));
  expect(ways).toEqual([
    "ai-platform/backend -> ai-platform/app=cache:7000",
    "ai-platform/backend -> ai-platform/app=engine-tiny:7000",
    "ai-platform/backend -> ai-platform/cnpg.io/cluster=postgres:5432",
  ]);
});

test("A28 the autoscaler alone owns the number of pods, by requests in flight and CPU, unless it is fixed", async () => {
  const { part, deployment } = await gateway({ replicas: { min: 2, max: 100 }, requestsPerPod: 50 });
  expect(deployment.spec).not.toHaveProperty("replicas");
  expect(part.scales).toMatchObject([
    {
      name: "backend",
      target: "backend",
      min: 2,
      max: 100,
      triggers: [
        { kind: "prometheus", query: "sum (ai_gateway_requests_in_flight)", compare: "per-pod", threshold: 50 },
        { kind: "cpu", percent: 200 },
      ],
    },
  ]);
  expect(part.scales[0]?.ready).toHaveLength(1);
  const fixed = await gateway({ replicas: { min: 3, max: 3 } });
  expect(fixed.part.scales).toEqual([]);
  expect(fixed.deployment.spec.replicas).toBe(3);
});

test("a leaving pod is asked to drain and given the time for it", async () => {
  const { deployment } = await gateway({ drainSeconds: 300 });
  const { terminationGracePeriodSeconds, containers } = deployment.spec.template.spec;
  expect(containers[0].lifecycle).toEqual({ preStop: { httpGet: { path: "/health/drain", port: "http" } } });
  expect(terminationGracePeriodSeconds).toBeGreaterThan(300);
});

test("only the API is public, at the stack's host or its own: operations and metrics stay inside", async () => {
  const { part } = await gateway();
  expect(part.routes).toMatchObject([
    {
      host: "ai.localhost",
      paths: ["/v1"],
      through: ["cors-headers", "rate-limit", "security-headers"],
      service: { name: "backend", port: 8000 },
    },
  ]);
  const own = await gateway({ host: "api.example.com", through: ["rate-limit-api"] });
  expect(own.part.routes).toMatchObject([{ host: "api.example.com", through: ["rate-limit-api"] }]);
});

test("it tells Prometheus how it is, and an alert when nobody does", async () => {
  const { part } = await gateway();
  expect(part.metrics).toMatchObject([{ name: "backend", port: 8000 }]);
  expect(part.alerts).toMatchObject([
    { name: "GatewayMetricsAbsent", expression: "absent(ai_gateway_requests_in_flight)", severity: "critical" },
  ]);
});

test("secrets reach the process as files, never as variables, and the first key whoever deploys", async () => {
  const { part, stack, deployment } = await gateway();
  const variables = JSON.stringify(deployment.spec.template.spec.containers[0].env);
  expect(variables).not.toContain("generated-");
  expect(variables).toContain("GATEWAY_PEPPER_FILE");
  expect(stack.get("backend-secrets", "Secret").secretInputs).toContain("stringData");
  expect(await valueOf(part.results.apiKey)).toBe("generated-backend-secrets-first-key");
});

describe("engines are found", () => {
  test("by DNS by default: no token, no role, no way to the API server", async () => {
    const { part, stack, deployment } = await gateway();
    const { spec } = deployment.spec.template;
    expect(spec.automountServiceAccountToken).toBe(false);
    expect(JSON.stringify(spec.containers[0].env)).not.toContain("GATEWAY_ENGINE_DISCOVERY");
    expect([...stack.ofType("Role"), ...stack.ofType("RoleBinding")]).toEqual([]);
    expect(part.members[0]?.access).toEqual([]);
  });

  test("by EndpointSlices with a token that can read those of the namespace and nothing else", async () => {
    const { stack, deployment } = await gateway(SLICES);
    const { metadata, spec } = deployment.spec.template;
    expect(spec.automountServiceAccountToken).toBe(true);
    expect(metadata.annotations).toMatchObject({
      [TOKEN_REASON_ANNOTATION]: expect.stringContaining("EndpointSlices"),
    });
    expect(spec.containers[0].env).toContainEqual({ name: "GATEWAY_ENGINE_DISCOVERY", value: "endpointslices" });
    expect(stack.object("Role", "backend-engine-discovery").inputs).toMatchObject({
      metadata: { namespace: "ai-platform" },
      rules: [{ apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] }],
    });
    const binding = stack.object("RoleBinding", "backend-engine-discovery");
    expect(binding.inputs).toMatchObject({
      metadata: { namespace: "ai-platform" },
      roleRef: { kind: "Role", name: "backend-engine-discovery" },
      subjects: [{ kind: "ServiceAccount", name: "backend", namespace: "ai-platform" }],
    });
    expect(stack.get("backend", "Workload").dependsOn).toContain(binding.urn);
  });

  test("by EndpointSlices over the way to the API server, which nobody else in the namespace has", async () => {
    const { stack } = await gateway(SLICES);
    const ways = flows(stack).access.filter((flow) => flow.startsWith("ai-platform/backend"));
    expect(ways).toEqual(["ai-platform/backend -> anywhere:443,6443"]);
  });

  test("by EndpointSlices without giving the migrations a token", async () => {
    const { stack } = await gateway(SLICES);
    expect(stack.get("backend-migrations", "Job").inputs).toMatchObject({
      spec: { template: { spec: { automountServiceAccountToken: false } } },
    });
  });
});

describe("usage records", () => {
  const journal = { name: "GATEWAY_USAGE_JOURNAL", value: "/var/lib/gateway/usage" };

  test("are kept in memory that outlives the container but not the pod", async () => {
    const { stack, deployment } = await gateway();
    const { containers, volumes } = deployment.spec.template.spec;
    expect(containers[0].env).toContainEqual(journal);
    expect(containers[0].volumeMounts).toContainEqual({ name: "usage", mountPath: journal.value, readOnly: false });
    expect(volumes).toContainEqual({ name: "usage", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } });
    expect(JSON.stringify(stack.get("backend-migrations", "Job").inputs)).not.toContain(journal.name);
  });

  test("are waited for by every answer, when the journal is switched off", async () => {
    const { deployment } = await gateway({ usageJournal: false });
    const pod = JSON.stringify(deployment.spec.template);
    expect(pod).not.toContain(journal.name);
    expect(pod).not.toContain("Memory");
  });
});
