import type { SiteArgs } from "../../../components/foundation";
import { postgresKeys } from "../../../components/stores/postgres/keys";
import { Postgres } from "../../../components/stores/postgres/postgres";
import { keysOf, recordMade, recordPart, valueOf } from "../../support/builders";
import { flows } from "../../support/edges";
import type { Recorded } from "../../support/mocks";

const cluster = (keys: object = {}, site: Partial<SiteArgs> = {}) =>
  recordPart((around) => new Postgres("postgres", { ...keysOf(postgresKeys, keys), site: around }), site);

const spec = (stack: Recorded) => (stack.get("postgres", "Cluster").inputs as { spec: object }).spec;

const databases = {
  shop: { owner: "shop_owner", extensions: ["vector", "pg_trgm"], sql: ["SELECT 1"] },
  face_db: { owner: "faces" },
  more: { owner: "shop_owner" },
};

describe("a CloudNativePG cluster", () => {
  test("A60 has the vector extension, its own role and database, and no superuser access", async () => {
    const { stack } = await cluster();
    expect(spec(stack)).toMatchObject({
      enableSuperuserAccess: false,
      bootstrap: {
        initdb: {
          database: "platform",
          owner: "platform",
          postInitApplicationSQL: ['CREATE EXTENSION IF NOT EXISTS "vector" CASCADE'],
        },
      },
    });
  });

  test("C25 with three servers answers a commit only when a second one has it", async () => {
    expect(spec((await cluster({ instances: 3 })).stack)).toMatchObject({
      instances: 3,
      postgresql: { synchronous: { method: "any", number: 1 } },
    });
    expect(spec((await cluster({ instances: 2 })).stack)).not.toHaveProperty("postgresql.synchronous");
  });

  test("presents a certificate of our authority for every one of its Services", async () => {
    const { stack } = await cluster();
    const { dnsNames } = stack.get("postgres-tls-request").inputs as { dnsNames: string[] };
    for (const service of ["postgres-rw", "postgres-r", "postgres-ro"])
      expect(dnsNames).toContain(`${service}.ai-platform.svc.cluster.local`);
  });

  test("is waited for, after its operator, and kept when protected", async () => {
    const { stack } = await cluster({}, { protect: true });
    const found = stack.get("postgres", "Cluster");
    expect(found).toMatchObject({
      protect: true,
      retainOnDelete: true,
      inputs: { metadata: { annotations: { "pulumi.com/waitFor": "condition=Ready" } } },
    });
    expect(found.dependsOn).toContain(stack.get("postgres-operator", "Release").urn);
  });

  test("without protect says to the policy pack that its data may go", async () => {
    expect((await cluster()).stack.get("postgres", "Cluster").inputs).toMatchObject({
      metadata: { annotations: { "ai-platform.dev/exempt.state-is-protected": expect.any(String) } },
    });
  });

  test("has connections and shared buffers that fit its memory, and the limits of any part", async () => {
    const { stack } = await cluster({
      maxConnections: 150,
      resources: { cpu: "1", memory: "4Gi" },
      storageClass: "fast",
    });
    expect(spec(stack)).toMatchObject({
      postgresql: { parameters: { max_connections: "150", shared_buffers: "1024MB" } },
      resources: { requests: { cpu: "1", memory: "4Gi" }, limits: { cpu: "4", memory: "4Gi" } },
      storage: { size: "5Gi", storageClass: "fast" },
    });
  });
});

describe("its databases", () => {
  test("are the first with its extensions and statements, and the others as objects after it, kept when removed", async () => {
    const { stack } = await cluster({ databases });
    expect(spec(stack)).toMatchObject({
      bootstrap: {
        initdb: { database: "shop", owner: "shop_owner", postInitApplicationSQL: expect.arrayContaining(["SELECT 1"]) },
      },
    });
    const faces = stack.get("postgres-face-db", "Database");
    expect(faces.inputs).toMatchObject({
      metadata: { name: "postgres-face-db", annotations: { "pulumi.com/waitFor": "jsonpath={.status.applied}=true" } },
      spec: {
        name: "face_db",
        owner: "faces",
        cluster: { name: "postgres" },
        extensions: [{ name: "vector", ensure: "present" }],
        databaseReclaimPolicy: "retain",
      },
    });
    expect(faces.dependsOn).toContain(stack.get("postgres", "Cluster").urn);
  });

  test("belong to roles with a password each; one role may own several", async () => {
    const { stack } = await cluster({ databases });
    expect(spec(stack)).toMatchObject({ managed: { roles: [{ name: "faces", ensure: "present", login: true }] } });
    const secrets = stack.ofType("kubernetes:core/v1:Secret").filter(({ name }) => name.includes("credentials"));
    expect(secrets.map(({ name }) => name).sort()).toEqual(["postgres-credentials", "postgres-faces-credentials"]);
    expect(secrets.find(({ name }) => name === "postgres-faces-credentials")?.inputs).toMatchObject({
      type: "kubernetes.io/basic-auth",
      stringData: { username: "faces", password: "generated-postgres-faces-credentials-password" },
    });
  });

  test("are connections by name: own database, own role, own URL that verifies the server", async () => {
    const { part } = await cluster({ databases });
    expect(Object.keys(part.connections)).toEqual(["default", "shop", "face_db", "more"]);
    const faces = part.connections["face_db"];
    expect(faces).toMatchObject({
      attributes: { database: "face_db" },
      credentials: { keys: ["username", "password"] },
    });
    if (!faces?.url) throw new Error("It has no URL.");
    expect(await valueOf(faces.url("/run/ca/db/ca.crt"))).toBe(
      "postgresql://faces:generated-postgres-faces-credentials-password@postgres-rw.ai-platform.svc.cluster.local:5432/face_db?sslmode=verify-full&sslrootcert=/run/ca/db/ca.crt",
    );
  });

  test("can be read from standbys, where there are any", async () => {
    const { part } = await cluster({ instances: 2 });
    expect(part.connections["default"]?.host).toBe("postgres-rw.ai-platform.svc.cluster.local");
    expect(part.connections["reader"]?.host).toBe("postgres-ro.ai-platform.svc.cluster.local");
    expect((await cluster()).part.connections).not.toHaveProperty("reader");
  });

  test("are waited for by clients, all of them", async () => {
    const { part } = await cluster({ databases });
    expect(part.connections["default"]?.ready).toHaveLength(3);
  });
});

test("TimescaleDB's image comes by a catalogue, because the operator cannot read its version, with the image's own user", async () => {
  const { stack } = await cluster({ image: "timescaledb-ha", databases: { shop: { extensions: ["vectorscale"] } } });
  const catalogue = stack.get("postgres-images", "ImageCatalog");
  expect(catalogue.inputs).toMatchObject({
    spec: { images: [{ major: 16, image: expect.stringContaining("timescaledb-ha:pg16") }] },
  });
  expect(spec(stack)).toMatchObject({
    imageCatalogRef: { kind: "ImageCatalog", name: "postgres", major: 16 },
    postgresUID: 1000,
    bootstrap: { initdb: { postInitApplicationSQL: ['CREATE EXTENSION IF NOT EXISTS "vectorscale" CASCADE'] } },
  });
  expect(spec(stack)).not.toHaveProperty("imageName");
  expect(stack.get("postgres", "Cluster").dependsOn).toContain(catalogue.urn);
});

test("its servers talk to each other, to the operator and to the API server, and to nobody else", async () => {
  const { stack } = await cluster();
  const pods = "ai-platform/cnpg.io/cluster=postgres";
  expect(flows(stack)).toEqual({
    open: [
      `${pods} -> ${pods}:5432`,
      `${pods} -> ${pods}:8000`,
      `cnpg-system/* -> ${pods}:5432`,
      `cnpg-system/* -> ${pods}:8000`,
    ],
    dangling: [],
    access: expect.arrayContaining([`${pods} -> anywhere:443,6443`]),
  });
});

test("it tells Prometheus how it is, and alerts watch servers and replication", async () => {
  const { part } = await cluster();
  expect(part.metrics).toMatchObject([{ name: "postgres", port: 9187 }]);
  expect(part.alerts.map(({ name, expression }) => [name, expression])).toEqual([
    ["PostgresDown", "cnpg_collector_up == 0"],
    ["PostgresReplicationLag", "cnpg_pg_replication_lag > 60"],
  ]);
});

test("two clusters of a stack share one operator, redundant where the stack is", async () => {
  const { stack } = await recordMade(
    (site) => ["one", "two"].map((name) => new Postgres(name, { ...keysOf(postgresKeys), site })),
    { size: "small" },
  );
  expect(stack.ofType("Release")).toMatchObject([{ inputs: { name: "cnpg", values: { replicaCount: 2 } } }]);
});
