import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import statuses from "@pulumi/pulumi/proto/status_pb.js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import empties from "google-protobuf/google/protobuf/empty_pb.js";
import { decode, encode, type Properties, Secret, UNKNOWN } from "../../../rehearsal/plugins/protocol/index.ts";

type Client = InstanceType<typeof services.ResourceProviderClient>;
type Done<Response> = (error: grpc.ServiceError | null, response: Response) => void;

let plugin: ChildProcess;
let client: Client;

beforeAll(async () => {
  const flags = ["--disable-warning=ExperimentalWarning", join(__dirname, "echo.mts")];
  plugin = spawn(process.execPath, [...flags, "127.0.0.1:1"], { stdio: ["pipe", "pipe", "inherit"] });
  const [port] = (await once(plugin.stdout ?? plugin, "data")) as [Buffer];
  client = new services.ResourceProviderClient(`127.0.0.1:${Number(port)}`, grpc.credentials.createInsecure());
});

afterAll(async () => {
  client.close();
  if (plugin.exitCode !== null) return;
  plugin.kill();
  await once(plugin, "exit");
});

function call<Response>(send: (done: Done<Response>) => unknown): Promise<Response> {
  return new Promise((resolve, reject) => {
    send((error, response) => {
      if (error) reject(error);
      else resolve(response);
    });
  });
}

const URN = "urn:pulumi:dev::program::parent$kubernetes:core/v1:Secret::login";

function checked(inputs: Properties) {
  return call<messages.CheckResponse>((done) =>
    client.check(new pb.CheckRequest().setUrn(URN).setNews(encode(inputs)), done),
  );
}

test("the plugin accepts secrets and previews", async () => {
  const answer = await call<messages.ConfigureResponse>((done) => client.configure(new pb.ConfigureRequest(), done));
  expect(answer.toObject()).toMatchObject({ acceptsecrets: true, supportspreview: true });
});

test("type and name come from the URN when the engine does not send them, and secrets stay secret", async () => {
  const answer = await checked({ password: new Secret("p") });
  const resource = { type: "kubernetes:core/v1:Secret", name: "login", isNew: true };
  expect(decode(answer.getInputs())).toEqual({ password: new Secret("p"), ...resource });
});

test("a check failure names its property", async () => {
  expect((await checked({ bad: true })).toObject().failuresList).toEqual([{ property: "bad", reason: "it is bad" }]);
});

test("a diff carries its paths, kinds and what they replace", async () => {
  const answer = await call<messages.DiffResponse>((done) =>
    client.diff(new pb.DiffRequest().setUrn(URN).setNews(encode({})), done),
  );
  const { DIFF_SOME } = pb.DiffResponse.DiffChanges;
  expect(answer.toObject()).toMatchObject({ changes: DIFF_SOME, replacesList: ["a.b"], deletebeforereplace: true });
  const { UPDATE_REPLACE, ADD } = pb.PropertyDiff.Kind;
  const kinds = answer.toObject().detaileddiffMap.map(([path, { kind }]) => [path, kind]);
  expect(kinds).toEqual([
    ["a.b", UPDATE_REPLACE],
    ["c", ADD],
  ]);
});

test("a preview reaches the plugin as one, and so does the time limit", async () => {
  const request = new pb.CreateRequest()
    .setUrn(URN)
    .setProperties(encode({ a: 1 }))
    .setTimeout(30);
  const real = await call<messages.CreateResponse>((done) => client.create(request, done));
  expect([real.getId(), decode(real.getProperties())]).toEqual(["id-1", { a: 1, timeout: 30 }]);
  const planned = await call<messages.CreateResponse>((done) => client.create(request.setPreview(true), done));
  expect(decode(planned.getProperties())).toEqual({ a: 1, timeout: 30, later: UNKNOWN });
});

test("a resource that is gone is read as an empty ID", async () => {
  expect(
    (
      await call<messages.ReadResponse>((done) => client.read(new pb.ReadRequest().setUrn(URN).setId("gone"), done))
    ).getId(),
  ).toBe("");
  expect(
    (
      await call<messages.ReadResponse>((done) => client.read(new pb.ReadRequest().setUrn(URN).setId("here"), done))
    ).getId(),
  ).toBe("here");
});

test("a failed initialisation carries the ID, the state and the reasons", async () => {
  const request = new pb.UpdateRequest()
    .setUrn(URN)
    .setId("id-1")
    .setNews(encode({ a: 2 }))
    .setOlds(encode({ a: 1 }));
  const error = (await call<messages.UpdateResponse>((done) => client.update(request, done)).catch(
    (reason: unknown) => reason,
  )) as grpc.ServiceError;
  const [details] = error.metadata.get("grpc-status-details-bin") as [Buffer];
  const [any] = statuses.Status.deserializeBinary(details).getDetailsList();
  const failed = any?.unpack(
    (bytes) => pb.ErrorResourceInitFailed.deserializeBinary(bytes),
    "pulumirpc.ErrorResourceInitFailed",
  );
  const detail = failed as messages.ErrorResourceInitFailed;
  expect([detail.getId(), detail.getReasonsList()]).toEqual(["id-1", ["not ready", "because"]]);
  expect([decode(detail.getInputs()), decode(detail.getProperties())]).toEqual([{ a: 2 }, { a: 1 }]);
});

test("a cancelled operation ends what is running, and SIGTERM the plugin", async () => {
  const deleting = call((done) => client.delete(new pb.DeleteRequest().setUrn(URN), done)).catch(String);
  await checked({});
  await call((done) => client.cancel(new empties.Empty(), done));
  expect(await deleting).toContain("was cancelled");
  plugin.kill("SIGTERM");
  expect(await once(plugin, "exit")).toEqual([0, null]);
});
