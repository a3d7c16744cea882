import type { Part, Site } from "../../../components/foundation";
import { PostgresExternal } from "../../../components/stores/postgres/external";
import { postgresExternalKeys, postgresKeys, postgresSingleKeys } from "../../../components/stores/postgres/keys";
import { Postgres } from "../../../components/stores/postgres/postgres";
import { PostgresSingle } from "../../../components/stores/postgres/single";
import { keysOf, recordPart, valueOf } from "../../support/builders";

const make = {
  postgres: (keys: object) => (site: Site) => new Postgres("postgres", { ...keysOf(postgresKeys, keys), site }),
  single: (keys: object) => (site: Site) =>
    new PostgresSingle("postgres", { ...keysOf(postgresSingleKeys, keys), site }),
  external: (keys: object) => (site: Site) => {
    const given = { host: "db.example.com", password: { secret: "databasePassword" }, ...keys };
    return new PostgresExternal("postgres", { ...keysOf(postgresExternalKeys, given), site });
  },
};

const url = (part: Part) => {
  const { default: connection } = part.connections;
  if (!connection?.url) throw new Error("It has no URL.");
  return valueOf(connection.url("/ca.crt"));
};

describe("one plain server", () => {
  interface StatefulSet {
    readonly spec: {
      readonly template: {
        readonly spec: { readonly containers: readonly [{ readonly args: string[]; readonly env: object[] }] };
      };
    };
  }

  test("runs without an operator, with TLS on and its password in a file", async () => {
    const { stack } = await recordPart(make.single({}));
    expect(stack.ofType("Release")).toEqual([]);
    const { spec } = stack.get("postgres", "StatefulSet").inputs as unknown as StatefulSet;
    const [container] = spec.template.spec.containers;
    expect(container.args).toEqual(expect.arrayContaining(["ssl=on", "max_connections=100", "shared_buffers=128MB"]));
    expect(container.env).toContainEqual({ name: "POSTGRES_PASSWORD_FILE", value: "/run/credentials/password" });
    expect(JSON.stringify(container.env)).not.toContain("generated-");
  });

  test("makes its database with extensions and statements at its first start, as its role", async () => {
    const shop = { owner: "shop_owner", extensions: ["vector", "citext"], sql: ["SELECT 1"] };
    const { stack } = await recordPart(make.single({ databases: { shop } }));
    expect(stack.get("postgres-initialisation", "ConfigMap").inputs).toMatchObject({
      data: {
        "database.sql":
          'CREATE EXTENSION IF NOT EXISTS "vector" CASCADE;\nCREATE EXTENSION IF NOT EXISTS "citext" CASCADE;\nSELECT 1;\n',
      },
    });
    expect(stack.get("postgres", "StatefulSet").inputs).toHaveProperty(
      "spec.template.spec.containers.0.env",
      expect.arrayContaining([
        { name: "POSTGRES_USER", value: "shop_owner" },
        { name: "POSTGRES_DB", value: "shop" },
      ]),
    );
  });

  test("has one volume, which grows with the stack file", async () => {
    const { stack } = await recordPart(make.single({ storage: "12Gi" }));
    expect(stack.get("data-postgres-0", "PersistentVolumeClaim").inputs).toMatchObject({
      spec: { resources: { requests: { storage: "12Gi" } } },
    });
  });
});

describe("a server outside this program", () => {
  test("becomes a connection with the given password and no pods", async () => {
    const { part, stack } = await recordPart(make.external({}));
    expect(part.connections["default"]).toMatchObject({ host: "db.example.com", port: 5432, server: "outside" });
    expect(part.members).toEqual([]);
    expect(stack.ofType("StatefulSet")).toEqual([]);
    expect(stack.get("postgres-credentials", "Secret")).toMatchObject({
      inputs: { stringData: { username: "platform", password: "decrypted-databasePassword" } },
      secretInputs: ["stringData"],
    });
  });

  test("signed by a public authority is verified with those that images bring", async () => {
    const { part, stack } = await recordPart(make.external({ authority: "public" }));
    expect(part.connections["default"]).toMatchObject({
      attributes: { database: "platform", ca_file: "/etc/ssl/certs/ca-certificates.crt" },
    });
    expect(part.connections["default"]).not.toHaveProperty("authority");
    expect(await url(part)).toMatch(/sslmode=verify-full&sslrootcert=\/etc\/ssl\/certs\/ca-certificates\.crt$/);
    expect(stack.ofType("kubernetes:core/v1:Secret").map(({ name }) => name)).not.toContain("postgres-ca");
  });

  test("signed by an authority of one's own is verified with that one, which clients get as a file", async () => {
    const { part, stack } = await recordPart(make.external({ authority: { secret: "databaseAuthority" } }));
    expect(stack.get("postgres-ca", "Secret").inputs).toMatchObject({
      stringData: { "ca.crt": "decrypted-databaseAuthority" },
    });
    expect(part.connections["default"]).toHaveProperty("authority.secretName");
    expect(await url(part)).toMatch(/sslmode=verify-full&sslrootcert=\/ca\.crt$/);
  });

  test("without TLS says nothing of it", async () => {
    const { part } = await recordPart(
      make.external({ authority: "none", port: 6432, database: "shop", username: "u" }),
    );
    expect(await url(part)).toBe("postgresql://u:decrypted-databasePassword@db.example.com:6432/shop");
    expect(part.connections["default"]).not.toHaveProperty("attributes.ca_file");
  });
});

test.each(Object.entries(make))(
  "%s offers host, port, database and a Secret with user name and password",
  async (_, kind) => {
    const { part } = await recordPart<Part>(kind({}));
    expect(part.connections["default"]).toMatchObject({
      name: "postgres",
      port: 5432,
      attributes: { database: "platform" },
      credentials: { keys: ["username", "password"] },
    });
  },
);
