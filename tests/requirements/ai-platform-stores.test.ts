import type { Recorded } from "../support/mocks";
import { object, objectsIn, variables } from "../support/objects";
import { recordStack } from "../support/program";
import { cluster, container, NAMESPACE, service, STACK, workload } from "./web-platform";

let recorded: Recorded;
beforeAll(async () => {
  recorded = await recordStack(STACK);
});

const secret = (name: string) =>
  recorded.ofType("Secret").find((one) => one.name === name)?.inputs as { stringData: Record<string, string> };

describe("the database", () => {
  test("B30 is an operator's cluster of 3 servers, no Deployment on a claim", () => {
    expect(cluster(recorded).spec.instances).toBe(3);
    expect(recorded.ofType("Deployment").map(({ name }) => name)).not.toContain("ai-platform-database");
  });

  test("B31 has a primary with standbys, one of which has every commit", () => {
    const { instances, postgresql } = cluster(recorded).spec;
    expect(instances - 1).toBe(2);
    expect(postgresql.synchronous).toEqual({ method: "any", number: 1 });
  });

  test("B32 runs PostgreSQL 16, pinned to a build and its digest", () => {
    expect(cluster(recorded).spec.imageName).toMatch(
      /^ghcr\.io\/cloudnative-pg\/postgresql:16\.\d+-\d{12}-standard-bookworm@sha256:[0-9a-f]{64}$/,
    );
  });

  test("B33 answers on port 5432", () => {
    expect(service(recorded, "database").spec.ports).toMatchObject([{ port: 5432, targetPort: 5432 }]);
  });

  test("B34 name, user and password of the database come from a secret, the password from nowhere else", () => {
    expect(secret("ai-platform-backend-environment").stringData).toMatchObject({
      "database-name": "ai_platform",
      "database-user": "ai_platform",
      "database-password": "generated-ai-platform-database-credentials-password",
    });
    expect(variables(container(recorded, "backend"))).toMatchObject({
      DATABASE_NAME: "ai-platform-secrets/database-name",
      DATABASE_USER: "ai-platform-secrets/database-user",
      DATABASE_PASSWORD: "ai-platform-secrets/database-password",
    });
    expect(cluster(recorded).spec.bootstrap.initdb["secret"]).toEqual({ name: "ai-platform-database-credentials" });
    expect(holders("generated-ai-platform-database-credentials-password")).toEqual([
      "ai-platform-backend-environment",
      "ai-platform-database-credentials",
    ]);
  });

  test("B35 each server has a claim of 10Gi, which no restart and no destroy removes", () => {
    expect(cluster(recorded).spec.storage).toEqual({ size: "10Gi" });
    expect(recorded.get("ai-platform-database", "Cluster")).toMatchObject({ protect: true, retainOnDelete: true });
  });

  test("B36 an empty database gets its first objects by SQL of the operator's bootstrap", () => {
    expect(cluster(recorded).spec.bootstrap.initdb).toMatchObject({
      database: "ai_platform",
      owner: "ai_platform",
      postInitApplicationSQL: [
        'CREATE EXTENSION IF NOT EXISTS "pgcrypto" CASCADE',
        "CREATE SCHEMA IF NOT EXISTS app AUTHORIZATION ai_platform",
        "ALTER ROLE ai_platform SET search_path = app, public",
      ],
    });
  });

  test("B37 requests 500m CPU and may use 1", () => {
    expect(cluster(recorded).spec.resources).toMatchObject({ requests: { cpu: "500m" }, limits: { cpu: "1" } });
  });

  test("B38 requests 1Gi memory and may use 2Gi", () => {
    expect(cluster(recorded).spec.resources).toMatchObject({ requests: { memory: "1Gi" }, limits: { memory: "2Gi" } });
  });

  test("B39 a server counts as alive once pg_isready says so; from then on the operator in its pod watches it", () => {
    expect(cluster(recorded).spec.probes).toMatchObject({ startup: { type: "pg_isready" } });
  });

  test("B40 a server is ready as long as pg_isready says so", () => {
    expect(cluster(recorded).spec.probes).toMatchObject({ readiness: { type: "pg_isready" } });
  });
});

describe("Redis", () => {
  const configuration = () =>
    (recorded.get("ai-platform-redis-config").inputs as { data: Record<string, string> }).data["redis.conf"] ?? "";
  const command = (probe: object | undefined) => (probe as { exec: { command: string[] } }).exec.command.join(" ");

  test("B41 is a StatefulSet, replicated in production", () => {
    expect(recorded.object("StatefulSet", "ai-platform-redis").inputs).toMatchObject({ spec: { replicas: 3 } });
  });

  test("B42 runs a patch version of Redis 7, pinned with its digest", () => {
    expect(container(recorded, "redis").image).toMatch(
      /^docker\.io\/library\/redis:7\.\d+\.\d+-bookworm@sha256:[0-9a-f]{64}$/,
    );
  });

  test("B43 answers on port 6379", () => {
    expect(configuration()).toContain("tls-port 6379\n");
    expect(container(recorded, "redis").ports).toContainEqual({ name: "redis", containerPort: 6379, protocol: "TCP" });
  });

  test("B44 its Service is ai-platform-redis", () => {
    expect(service(recorded, "redis").spec.ports).toContainEqual({
      name: "redis",
      port: 6379,
      targetPort: "redis",
      protocol: "TCP",
    });
  });

  test("B45 keeps cache and sessions: it evicts what is used least, and every pod of the backend reaches it", () => {
    expect(configuration()).toContain("maxmemory-policy allkeys-lru\n");
    expect(variables(container(recorded, "backend"))["REDIS_HOST"]).toMatch(/^ai-platform-redis\./);
  });

  test("B46 writes an append-only file", () => {
    expect(configuration()).toContain("appendonly yes\n");
  });

  test("B47 asks for a password that comes from a secret by a file, not by the process's arguments", () => {
    expect(configuration()).toContain("include /run/credentials/auth.conf\n");
    const password = "generated-ai-platform-redis-credentials-password";
    expect(secret("ai-platform-redis-credentials").stringData["auth.conf"]).toContain(`requirepass ${password}\n`);
    expect(holders(password)).toEqual(["ai-platform-backend-environment", "ai-platform-redis-credentials"]);
    expect(variables(container(recorded, "backend"))["REDIS_PASSWORD"]).toBe("ai-platform-secrets/redis-password");
  });

  test("B48 each server has a claim of 5Gi", () => {
    const claims = [0, 1, 2].map((pod) => object(recorded, "PersistentVolumeClaim", `data-ai-platform-redis-${pod}`));
    expect(claims.map(({ spec }) => spec["resources"])).toEqual(Array(3).fill({ requests: { storage: "5Gi" } }));
  });

  test("B49 requests 100m CPU and may use 250m", () => {
    const { requests, limits } = container(recorded, "redis").resources;
    expect([requests["cpu"], limits["cpu"]]).toEqual(["100m", "250m"]);
  });

  test("B50 requests 256Mi memory and may use 512Mi, twice its maxmemory", () => {
    const { requests, limits } = container(recorded, "redis").resources;
    expect([requests["memory"], limits["memory"]]).toEqual(["256Mi", "512Mi"]);
    expect(configuration()).toContain("maxmemory 256mb\n");
  });

  test("B51 is alive when redis-cli ping, with the password, is answered by PONG", () => {
    expect(command(container(recorded, "redis").livenessProbe)).toMatch(
      /REDISCLI_AUTH="\$\(cat \/run\/credentials\/password\)".*redis-cli .* ping \| grep -q PONG/,
    );
  });

  test("B52 is ready when redis-cli ping is answered by PONG, and a replica has its master's data", () => {
    expect(command(container(recorded, "redis").readinessProbe)).toMatch(
      /redis-cli .* ping \| grep -q PONG && .*master_link_status:up/,
    );
  });
});

describe("data", () => {
  test("B69 what is critical lies on claims that outlive pods, and even the stack", () => {
    const claims = objectsIn(recorded, NAMESPACE, "PersistentVolumeClaim").map(({ metadata }) => metadata.name);
    expect(claims.sort()).toEqual(["backend-data", ...[0, 1, 2].map((pod) => `data-ai-platform-redis-${pod}`)]);
    const kept = [...recorded.ofType("PersistentVolumeClaim"), recorded.get("ai-platform-database", "Cluster")];
    for (const { protect, retainOnDelete } of kept) expect([protect, retainOnDelete]).toEqual([true, true]);
    expect(workload(recorded, "redis").spec).toMatchObject({
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    });
  });

  test("B70 passwords live in secrets only, are generated, and stay encrypted in the state", () => {
    const { stringData } = secret("ai-platform-backend-environment");
    expect(Object.keys(stringData).sort()).toEqual([
      "database-name",
      "database-password",
      "database-url",
      "database-user",
      "redis-password",
    ]);
    for (const name of ["ai-platform-database-credentials", "ai-platform-redis-credentials"]) {
      expect(recorded.get(`${name}-password`, "RandomPassword").inputs).toMatchObject({ length: 32 });
      expect(recorded.get(name, "Secret").secretInputs).toContain("stringData");
    }
    expect(recorded.get("ai-platform-backend-environment", "Secret").secretInputs).toContain("stringData");
  });
});

/** Names of the objects that show a text. */
function holders(text: string): string[] {
  return recorded.resources
    .filter(({ type, inputs }) => !type.startsWith("random:") && JSON.stringify(inputs).includes(text))
    .map(({ name }) => name)
    .sort();
}
