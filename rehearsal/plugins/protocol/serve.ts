import * as grpc from "@grpc/grpc-js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import statuses from "@pulumi/pulumi/proto/status_pb.js";
import anys from "google-protobuf/google/protobuf/any_pb.js";
import empties from "google-protobuf/google/protobuf/empty_pb.js";
import { connectEngine, type EngineLog } from "./engine.ts";
import { listen } from "./listen.ts";
import * as translate from "./messages.ts";
import { decode, encode } from "./properties.ts";
import { type Call, InitFailed, type Provider } from "./provider.ts";

/** Checkpoints of large charts exceed the 4 MiB that gRPC allows by default. */
const UNLIMITED = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

/** Runs `provider` as a plugin process until its engine ends. */
export async function serve(provider: Provider): Promise<void> {
  // The engine passes its own address last, after any logging flags.
  const engine = connectEngine(process.argv.at(-1) ?? "");
  const cancelled = new AbortController();
  const server = new grpc.Server(UNLIMITED);
  server.addService(services.ResourceProviderService, implementation(provider, engine, cancelled));
  await listen(server, () => {
    cancelled.abort();
  });
}

function implementation(
  provider: Provider,
  engine: EngineLog,
  cancelled: AbortController,
): grpc.UntypedServiceImplementation {
  const about = (urn: string): Call => ({ signal: cancelled.signal, ...engine.about(urn) });
  return {
    checkConfig: unary(async (message: messages.CheckRequest) => {
      const request = translate.checkRequest(message);
      return translate.checkResponse(
        provider.checkConfig ? await provider.checkConfig(request, about(request.urn)) : request,
      );
    }),
    diffConfig: unary(async (message: messages.DiffRequest) => {
      const request = translate.diffRequest(message);
      return translate.diffResponse(
        provider.diffConfig ? await provider.diffConfig(request, about(request.urn)) : { changed: false },
      );
    }),
    configure: unary(async (message: messages.ConfigureRequest) => {
      await provider.configure(decode(message.getArgs()));
      return new pb.ConfigureResponse()
        .setAcceptsecrets(true)
        .setSupportspreview(true)
        .setSupportsAutonamingConfiguration(true);
    }),
    check: unary(async (message: messages.CheckRequest) => {
      const request = translate.checkRequest(message);
      return translate.checkResponse(await provider.check(request, about(request.urn)));
    }),
    diff: unary(async (message: messages.DiffRequest) => {
      const request = translate.diffRequest(message);
      return translate.diffResponse(await provider.diff(request, about(request.urn)));
    }),
    create: unary(async (message: messages.CreateRequest) => {
      const request = translate.createRequest(message);
      return translate.createResponse(await provider.create(request, about(request.urn)));
    }),
    read: unary(async (message: messages.ReadRequest) => {
      const request = translate.readRequest(message);
      return translate.readResponse(await provider.read(request, about(request.urn)));
    }),
    update: unary(async (message: messages.UpdateRequest) => {
      const request = translate.updateRequest(message);
      return translate.updateResponse(await provider.update(request, about(request.urn)));
    }),
    delete: unary(async (message: messages.DeleteRequest) => {
      const request = translate.deleteRequest(message);
      await provider.delete(request, about(request.urn));
      return new empties.Empty();
    }),
    invoke: unary(async (message: messages.InvokeRequest) => {
      if (!provider.invoke) throw new Error(`This plugin has no functions, so "${message.getTok()}" cannot be called.`);
      const result = await provider.invoke({ token: message.getTok(), args: decode(message.getArgs()) }, about(""));
      return new pb.InvokeResponse().setReturn(encode(result));
    }),
    cancel: unary(() => {
      cancelled.abort();
      return Promise.resolve(new empties.Empty());
    }),
    getPluginInfo: unary(() => Promise.resolve(new plugin.PluginInfo().setVersion(provider.version))),
  };
}

function unary<Request, Response>(
  answer: (request: Request) => Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    answer(call.request).then(
      (response) => {
        callback(null, response);
      },
      (error: unknown) => {
        callback(toServiceError(error));
      },
    );
  };
}

/** An {@link InitFailed} travels as a detail of the gRPC status, which grpc-js leaves to its users to encode. */
function toServiceError(error: unknown): Partial<grpc.ServiceError> {
  const message = error instanceof Error ? error.message : String(error);
  const metadata = new grpc.Metadata();
  if (error instanceof InitFailed) {
    const detail = new anys.Any();
    detail.pack(translate.initFailure(error).serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new statuses.Status().setCode(grpc.status.UNKNOWN).setMessage(message).setDetailsList([detail]);
    metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  }
  return { code: grpc.status.UNKNOWN, details: message, metadata };
}
