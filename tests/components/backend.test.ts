import { Autoscaling } from "../../components/autoscaling";
import { Backend } from "../../components/backend";
import { TOKEN_REASON_ANNOTATION } from "../../components/foundation";
import { Ingress } from "../../components/ingress";
import { Postgres } from "../../components/postgres";
import { Redis } from "../../components/redis";
import { configOf, surroundings } from "../support/builders";
import { flows } from "../support/edges";
import { record } from "../support/mocks";

const ENDPOINT_SLICES = { backend: '{"engineDiscovery":"endpointSlices"}' };

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

async function deployed(keys: Record<string, string> = {}) {
  const stack = await record(() => {
    const { config, ...around } = surroundings(configOf(keys));
    const own = { ...around, protect: false };
    const ingress = new Ingress("ingress", { ...config.ingress, ...around });
    const autoscaling = new Autoscaling("autoscaling", { ...config.autoscaling, ...around });
    const { connection: database } = new Postgres("postgres", { ...config.postgres, ...own, password: undefined });
    const { connection: cache } = new Redis("cache", { ...config.redis.cache, ...own, role: "cache" });
    new Backend("backend", {
      ...config.backend,
      ...own,
      domain: config.domain,
      database,
      uses: [cache],
      ingress,
      autoscaling,
    });
  });
  return { stack, deployment: stack.get("backend", "Deployment").inputs as unknown as Deployment };
}

test("no pod starts before the migrations have run, and those not before the database is ready", async () => {
  const { stack } = await deployed();
  const migrations = stack.get("backend-migrations", "Job");
  expect(stack.get("backend", "Workload").dependsOn).toContain(migrations.urn);
  expect(migrations.dependsOn).toContain(stack.get("postgres", "Cluster").urn);
});

test("migrations reach the database and nothing else", async () => {
  const { stack } = await deployed();
  const policies = stack.ofType("NetworkPolicy").filter(({ name }) => name.startsWith("backend-migrations-"));
  expect(policies.map(({ name }) => name)).toEqual([
    "backend-migrations-to-postgres-egress",
    "backend-migrations-to-postgres-ingress",
  ]);
});

test("A28 the autoscaler alone owns the number of pods", async () => {
  const { stack, deployment } = await deployed({ backend: '{"replicas":{"min":2,"max":100}}' });
  expect(deployment.spec).not.toHaveProperty("replicas");
  expect(stack.get("backend-scaler").inputs).toMatchObject({ spec: { minReplicaCount: 2, maxReplicaCount: 100 } });
});

test("a leaving pod is asked to drain and given the time for it", async () => {
  const { deployment } = await deployed({ backend: '{"drainSeconds":300}' });
  const { terminationGracePeriodSeconds, containers } = deployment.spec.template.spec;
  expect(containers[0].lifecycle).toEqual({ preStop: { httpGet: { path: "/health/drain", port: "http" } } });
  expect(terminationGracePeriodSeconds).toBeGreaterThan(300);
});

test("only the API is public: operations and metrics stay inside", async () => {
  const { stack } = await deployed();
  expect(stack.get("backend", "IngressRoute").inputs).toMatchObject({
    spec: { routes: [{ match: "Host(`ai.localhost`) && (PathPrefix(`/v1`))" }] },
  });
});

test("secrets reach the process as files, never as variables", async () => {
  const { deployment } = await deployed();
  const variables = JSON.stringify(deployment.spec.template.spec.containers[0].env);
  expect(variables).not.toContain("generated-");
  expect(variables).toContain("GATEWAY_PEPPER_FILE");
});

describe("engines are found", () => {
  test("by DNS by default: no token, no role, no way to the API server", async () => {
    const { stack, deployment } = await deployed();
    const { spec } = deployment.spec.template;
    expect(spec.automountServiceAccountToken).toBe(false);
    expect(JSON.stringify(spec.containers[0].env)).not.toContain("GATEWAY_ENGINE_DISCOVERY");
    expect(stack.ofType("rbac.authorization.k8s.io")).toEqual([]);
    expect(flows(stack).access).not.toContain("ai-platform/backend-reach-kubernetes-api");
  });

  test("by EndpointSlices with a token that can read those of the namespace and nothing else", async () => {
    const { stack, deployment } = await deployed(ENDPOINT_SLICES);
    const { metadata, spec } = deployment.spec.template;
    expect(spec.automountServiceAccountToken).toBe(true);
    expect(metadata.annotations).toMatchObject({
      [TOKEN_REASON_ANNOTATION]: expect.stringContaining("EndpointSlices"),
    });
    expect(spec.containers[0].env).toContainEqual({ name: "GATEWAY_ENGINE_DISCOVERY", value: "endpointslices" });
    expect(stack.ofType("rbac.authorization.k8s.io").map(({ inputs }) => inputs)).toMatchObject([
      {
        kind: "Role",
        metadata: { name: "backend-engine-discovery", namespace: "ai-platform" },
        rules: [{ apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] }],
      },
      {
        kind: "RoleBinding",
        metadata: { namespace: "ai-platform" },
        roleRef: { kind: "Role", name: "backend-engine-discovery" },
        subjects: [{ kind: "ServiceAccount", name: "backend", namespace: "ai-platform" }],
      },
    ]);
  });

  test("by EndpointSlices only once the role and the way to the API server are there", async () => {
    const { stack } = await deployed(ENDPOINT_SLICES);
    const policy = stack.get("backend-reach-kubernetes-api");
    expect(policy.inputs).toMatchObject({
      spec: {
        podSelector: { matchLabels: { "app.kubernetes.io/name": "backend" } },
        policyTypes: ["Egress"],
        egress: [{ ports: [{ port: 443 }, { port: 6443 }] }],
      },
    });
    const binding = stack.get("backend-engine-discovery", "RoleBinding");
    expect(stack.get("backend", "Workload").dependsOn).toEqual(expect.arrayContaining([policy.urn, binding.urn]));
  });

  test("by EndpointSlices without giving the migrations a token", async () => {
    const { stack } = await deployed(ENDPOINT_SLICES);
    expect(stack.get("backend-migrations", "Job").inputs).toMatchObject({
      spec: { template: { spec: { automountServiceAccountToken: false } } },
    });
  });
});

describe("usage records", () => {
  const journal = { name: "GATEWAY_USAGE_JOURNAL", value: "/var/lib/gateway/usage" };

  test("are kept in memory that outlives the container but not the pod", async () => {
    const { stack, deployment } = await deployed();
    const { containers, volumes } = deployment.spec.template.spec;
    expect(containers[0].env).toContainEqual(journal);
    expect(containers[0].volumeMounts).toContainEqual({ name: "usage", mountPath: journal.value, readOnly: false });
    expect(volumes).toContainEqual({ name: "usage", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } });
    expect(JSON.stringify(stack.get("backend-migrations", "Job").inputs)).not.toContain(journal.name);
  });

  test("are waited for by every answer, when the journal is switched off", async () => {
    const { deployment } = await deployed({ backend: '{"usageJournal":false}' });
    const pod = JSON.stringify(deployment.spec.template);
    expect(pod).not.toContain(journal.name);
    expect(pod).not.toContain("Memory");
  });
});

describe("the image", () => {
  test("is the published one by default", async () => {
    const { stack, deployment } = await deployed();
    expect(deployment.spec.template.spec.containers[0].image).toMatch(/^ghcr\.io\/ai-platform\/backend:\d/);
    expect(stack.ofType("docker:")).toEqual([]);
  });

  test("is built and pushed before anything runs it, when a repository is named", async () => {
    const { stack, deployment } = await deployed({ backend: '{"buildRepository":"registry.example.com/backend"}' });
    const image = stack.get("backend-image");
    expect(image.inputs).toMatchObject({ imageName: deployment.spec.template.spec.containers[0].image });
    expect(stack.get("backend-migrations", "Task").dependsOn).toContain(image.urn);
  });
});
