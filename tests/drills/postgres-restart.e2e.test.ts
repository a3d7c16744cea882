import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serverNames } from "../../components/foundation/authority.ts";
import { postgresRoot } from "./binaries.ts";
import { certificateFiles } from "./certificates.ts";
import { eventually } from "./eventually.ts";
import { PodNetwork } from "./pod-network.ts";
import { PostgresServer, renderedDatabase } from "./postgres-server.ts";

jest.setTimeout(600_000);

const SERVICE = "ai-platform-database";

let folder: string;
let network: PodNetwork;
let server: PostgresServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "postgres-drill-"));
  network = await PodNetwork.open(folder);
  const certificate = await certificateFiles(serverNames([SERVICE], "ai-platform"));
  const machinery = { network, folder, postgres: await postgresRoot(), certificate };
  server = new PostgresServer(`${SERVICE}.ai-platform.svc.cluster.local`, renderedDatabase(), machinery);
  await server.start();
});

afterAll(async () => {
  await server?.pod.stop("SIGKILL");
  await network?.close();
  await rm(folder, { recursive: true });
});

const rows = async () => (await server.asClient("SELECT id, text FROM notes ORDER BY id")).stdout.trim().split("\n");

test("B36 an empty PostgreSQL takes the statements of the stack, and they are there", async () => {
  await server.bootstrap();
  const { name, owner } = renderedDatabase();
  expect(await server.asSuperuser(name, "SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'app'")).toBe(
    owner,
  );
  expect(await server.asSuperuser(name, "SELECT extname FROM pg_extension WHERE extname = 'pgcrypto'")).toBe(
    "pgcrypto",
  );
});

test("B25 the URL of the secret opens a connection that is encrypted and verified, and no other one is let in", async () => {
  const { url } = renderedDatabase();
  const encrypted = await server.asClient("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
  expect([encrypted.stderr, encrypted.stdout.trim()]).toEqual(["", "t"]);
  const plain = await server.asClient("SELECT 1", url.replace("sslmode=verify-full", "sslmode=disable"));
  expect(plain.stderr).toContain("no encryption");
  const wrong = await server.asClient("SELECT 1", url.replace(/:[^:@]+@/, ":wrong@"));
  expect(wrong.stderr).toContain("password authentication failed");
});

test("B38 it runs with the settings that follow from the stack's memory and connections", async () => {
  const { parameters, name } = renderedDatabase();
  for (const [key, value] of Object.entries(parameters))
    expect([key, await server.asSuperuser(name, `SHOW ${key}`)]).toEqual([key, value]);
});

test("B87 what was written is read after the database pod is killed and started again", async () => {
  expect((await server.asClient("CREATE TABLE notes (id int PRIMARY KEY, text text NOT NULL)")).code).toBe(0);
  const written: string[] = [];
  for (let id = 1; id <= 10; id += 1) {
    expect((await server.asClient(`INSERT INTO notes VALUES (${id}, 'note ${id}')`)).code).toBe(0);
    written.push(`${id}|note ${id}`);
  }
  // The death of the node: no process has time to write anything.
  await server.pod.stop("SIGKILL");
  await server.start();
  expect(await rows()).toEqual(written);
});

test("B87 a transaction that was not committed when the pod was killed is not there, and the table still takes rows", async () => {
  const before = await rows();
  const open = server.asClient("BEGIN; INSERT INTO notes VALUES (1000, 'lost'); SELECT pg_sleep(600)");
  const asleep = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
  await eventually(
    "the open transaction",
    () => server.asSuperuser("postgres", asleep),
    (count) => count === "1",
  );
  await server.pod.stop("SIGKILL");
  expect((await open).code).not.toBe(0);
  await server.start();
  expect(await rows()).toEqual(before);
  expect((await server.asClient("INSERT INTO notes VALUES (1001, 'kept')")).code).toBe(0);
  expect(await rows()).toEqual([...before, "1001|kept"]);
});
