import * as pulumi from "@pulumi/pulumi";
import { authorityFile, environmentPrefix, usedParts, withConnections } from "../../../components/foundation";
import { connectionTo } from "../../support/builders";

const connection = connectionTo("engine-llama-3.3", {
  port: 8000,
  attributes: { model: "llama-3.3" },
  credentials: { secretName: "engine-key", keys: ["username", "password"], values: { password: pulumi.output("p") } },
  authority: { secretName: "engine-tls" },
});
const client = { name: "c", image: "i:1", resources: { cpu: "1", memory: "1Gi" } };

test("a client gets host, port, facts and the paths of credential files, never the credentials", () => {
  expect(withConnections(client, [connection]).environment).toEqual({
    ENGINE_LLAMA_3_3_HOST: "engine-llama-3.3.ai-platform.svc.cluster.local",
    ENGINE_LLAMA_3_3_PORT: "8000",
    ENGINE_LLAMA_3_3_MODEL: "llama-3.3",
    ENGINE_LLAMA_3_3_USERNAME_FILE: "/run/secrets/engine-llama-3.3/username",
    ENGINE_LLAMA_3_3_PASSWORD_FILE: "/run/secrets/engine-llama-3.3/password",
    ENGINE_LLAMA_3_3_CA_FILE: "/run/ca/engine-llama-3.3/ca.crt",
  });
});

test("it mounts the keys it needs of the credentials and, of the server's TLS secret, the authority alone", () => {
  const keys = ["username", "password"].map((key) => ({ key, path: key }));
  expect(withConnections(client, [connection]).mounts).toEqual([
    {
      name: "engine-llama-3.3-credentials",
      path: "/run/secrets/engine-llama-3.3",
      source: { secret: { secretName: "engine-key", items: keys, defaultMode: 0o440 } },
    },
    {
      name: "engine-llama-3.3-ca",
      path: "/run/ca/engine-llama-3.3",
      source: {
        secret: { secretName: "engine-tls", items: [{ key: "ca.crt", path: "ca.crt" }], defaultMode: 0o440 },
      },
    },
  ]);
});

test("a server in plain text without a password brings its address and no files", () => {
  const { environment, mounts } = withConnections(client, [connectionTo("api")]);
  expect(environment).toEqual({ API_HOST: "api.ai-platform.svc.cluster.local", API_PORT: "7000" });
  expect(mounts).toEqual([]);
});

test("the client's own variables win, and its own mounts stay", () => {
  const own = { ...client, environment: { API_PORT: "1" }, mounts: [{ name: "own", path: "/own" }] };
  const { environment, mounts } = withConnections(own, [connectionTo("api")]);
  expect(environment).toMatchObject({ API_PORT: "1" });
  expect(mounts).toEqual([{ name: "own", path: "/own" }]);
});

test("variables and mount agree on where the authority is", () => {
  const { environment } = withConnections(client, [connection]);
  expect(environment).toMatchObject({ ENGINE_LLAMA_3_3_CA_FILE: authorityFile("engine-llama-3.3") });
});

test("prefixes of variables hold letters, digits and underscores only", () => {
  expect(environmentPrefix("engine-llama-3.3")).toBe("ENGINE_LLAMA_3_3");
});

describe("uses", () => {
  test("as a list gives every connection the name of its part, or of the connection behind it", () => {
    expect(usedParts({ uses: ["cache", "postgres.reader", "postgres.face_db"] })).toEqual([
      { path: ["uses", 0], to: "cache", as: "cache" },
      { path: ["uses", 1], to: "postgres.reader", as: "postgres-reader" },
      // Names of volumes begin so, and they may hold neither dots nor underscores.
      { path: ["uses", 2], to: "postgres.face_db", as: "postgres-face-db" },
    ]);
  });

  test("as a record gives it the name that the program expects", () => {
    expect(usedParts({ uses: { database: "postgres" } })).toEqual([
      { path: ["uses", "database"], to: "postgres", as: "database" },
    ]);
  });

  test("may be left out", () => {
    expect(usedParts({})).toEqual([]);
  });
});
