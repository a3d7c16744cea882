import { build, type Connection, type Part, parseReference, type PlannedPart } from "../../../components/foundation";
import { connectionTo } from "../../support/builders";

const part = (name: string, connections: Record<string, Connection> = { default: connectionTo(name) }): Part => ({
  name,
  connections,
  members: [],
});

const planned = (name: string, references: PlannedPart["references"] = []): PlannedPart => ({
  room: "services",
  name,
  kind: "service",
  keys: { size: name.length },
  made: undefined as never,
  references,
});

const stores = { postgres: part("postgres", { default: connectionTo("rw"), reader: connectionTo("ro") }) };

/** What the last of the planned parts is given. */
function given(...parts: PlannedPart[]) {
  const seen: { name: string; size: number; uses: Connection[]; connection: (reference: string) => Connection }[] = [];
  build(parts, undefined as never, (name, args) => {
    seen.push({ name, ...(args as object) } as never);
    return name === "postgres" ? stores.postgres : part(name);
  });
  const last = seen.at(-1);
  if (!last) throw new Error("Nothing was made.");
  return last;
}

test("a part is made with its own keys and the connections to what it uses, under its own words for them", () => {
  const references = [{ path: ["uses", "database"], to: "postgres", as: "database" }];
  const { size, uses } = given(planned("postgres"), planned("api", references));
  expect(size).toBe(3);
  expect(uses).toEqual([{ ...connectionTo("rw"), name: "database" }]);
});

test("one of several connections is asked for by name", () => {
  const references = [{ path: ["uses", 0], to: "postgres.reader", as: "postgres-reader" }];
  expect(given(planned("postgres"), planned("api", references)).uses).toEqual([
    { ...connectionTo("ro"), name: "postgres-reader" },
  ]);
});

test("a part that only needs to know another finds its connection, but is no client of it", () => {
  const { uses, connection } = given(planned("queue"), planned("worker", [{ path: ["scale"], to: "queue" }]));
  expect(uses).toEqual([]);
  expect(connection("queue").host).toBe("queue.ai-platform.svc.cluster.local");
});

test("a connection that is not there is an error that says what is", () => {
  const { connection } = given(planned("postgres"), planned("api"));
  expect(() => connection("postgres.writer")).toThrow(
    '"postgres.writer" names no connection; postgres offers default, reader.',
  );
  expect(() => connection("mongo")).toThrow("mongo offers none");
});

test("names of models may hold dots themselves", () => {
  const isPart = (name: string) => name === "llama-3.3";
  expect(parseReference("llama-3.3", isPart)).toEqual({ part: "llama-3.3", connection: "default" });
  expect(parseReference("postgres.reader", isPart)).toEqual({ part: "postgres", connection: "reader" });
  expect(parseReference("cache", isPart)).toEqual({ part: "cache", connection: "default" });
});
