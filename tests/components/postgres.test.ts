import * as pulumi from "@pulumi/pulumi";
import { Postgres } from "../../components/postgres";
import type { Connection } from "../../components/foundation";
import { configOf, surroundings } from "../support/builders";
import { record } from "../support/mocks";

const external = { kind: "external", host: "db.example.com" };

async function deployed(keys: Record<string, string>, { protect = false } = {}) {
  let connection: Connection | undefined;
  const stack = await record(() => {
    const { config, ...around } = surroundings(configOf(keys));
    const password = pulumi.secret("given");
    connection = new Postgres("postgres", { ...config.postgres, ...around, protect, password }).connection;
  });
  if (!connection) throw new Error("The program did not run.");
  return { stack, connection };
}

describe("a CloudNativePG cluster", () => {
  test("A60 has the vector extension, its own role and database, and no superuser access", async () => {
    const { stack } = await deployed({});
    expect(stack.get("postgres", "Cluster").inputs).toMatchObject({
      spec: {
        enableSuperuserAccess: false,
        bootstrap: {
          initdb: {
            database: "platform",
            owner: "platform",
            postInitApplicationSQL: ["CREATE EXTENSION IF NOT EXISTS vector"],
          },
        },
      },
    });
  });

  test("C25 with three servers answers a commit only when a second one has it", async () => {
    const { stack } = await deployed({ size: "small" });
    expect(stack.get("postgres", "Cluster").inputs).toMatchObject({
      spec: { instances: 3, postgresql: { synchronous: { method: "any", number: 1 } } },
    });
  });

  test("presents a certificate of our authority for every one of its Services", async () => {
    const { stack } = await deployed({});
    const { dnsNames } = stack.get("postgres-tls-request").inputs as { dnsNames: string[] };
    for (const service of ["postgres-rw", "postgres-r", "postgres-ro"])
      expect(dnsNames).toContain(`${service}.ai-platform.svc.cluster.local`);
  });

  test("is waited for, after its operator, and kept when protected", async () => {
    const { stack } = await deployed({}, { protect: true });
    const cluster = stack.get("postgres", "Cluster");
    expect(cluster).toMatchObject({
      protect: true,
      retainOnDelete: true,
      inputs: { metadata: { annotations: { "pulumi.com/waitFor": "condition=Ready" } } },
    });
    expect(cluster.dependsOn).toContain(stack.get("postgres-operator", "Release").urn);
  });
});

describe("one plain server", () => {
  const single = { postgres: '{"kind":"single"}' };

  test("runs without an operator, with TLS on and its password in a file", async () => {
    const { stack } = await deployed(single);
    expect(stack.ofType("Release").map(({ name }) => name)).not.toContain("postgres-operator");
    const [container] = (stack.get("postgres", "StatefulSet").inputs as unknown as StatefulSet).spec.template.spec
      .containers;
    expect(container.args).toEqual(expect.arrayContaining(["ssl=on"]));
    expect(container.env).toContainEqual({ name: "POSTGRES_PASSWORD_FILE", value: "/run/credentials/password" });
  });
});

describe("a server outside this program", () => {
  test("becomes a connection with the given password and no pods", async () => {
    const { stack, connection } = await deployed({ postgres: JSON.stringify(external), postgresPassword: "[secret]" });
    expect(connection).toMatchObject({ host: "db.example.com", port: 5432, server: "outside" });
    expect(stack.ofType("StatefulSet")).toEqual([]);
    expect(stack.get("postgres-credentials", "v1:Secret").inputs).toMatchObject({
      stringData: { username: "platform", password: "given" },
    });
  });
});

test("all kinds offer the same: host, port, database and a Secret with user name and password", async () => {
  const kinds = [{}, { postgres: '{"kind":"single"}' }, { postgres: JSON.stringify(external), postgresPassword: "x" }];
  for (const keys of kinds) {
    const { connection } = await deployed(keys);
    expect(connection).toMatchObject({
      name: "postgres",
      attributes: { database: "platform" },
      credentials: { keys: expect.arrayContaining(["username", "password"]) },
    });
  }
});

interface StatefulSet {
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly [{ readonly args: string[]; readonly env: object[] }] };
    };
  };
}
