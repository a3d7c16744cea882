import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import pb from "@pulumi/pulumi/proto/language_pb.js";
import type * as messages from "@pulumi/pulumi/proto/language_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import empties from "google-protobuf/google/protobuf/empty_pb.js";
import { ALREADY_REPORTED, type Children } from "./children.ts";
import { packCommand, programCommand } from "./commands.ts";

const own = createRequire(import.meta.url);

/** Version of the SDK beside this host, which is the version of the command-line program it belongs to. */
export function sdkVersion(): string {
  const manifest = join(dirname(own.resolve("@pulumi/pulumi/package.json")), "package.json");
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}

/** The calls of the engine's `LanguageRuntime` service that running programs and policy packs takes. */
export function languageRuntime(children: Children): grpc.UntypedServiceImplementation {
  return {
    handshake: unary(() => new pb.LanguageHandshakeResponse()),
    getPluginInfo: unary(() => new plugin.PluginInfo().setVersion(sdkVersion())),
    about: unary(() => new pb.AboutResponse().setExecutable(process.execPath).setVersion(process.version)),
    // Plugins are loaded, in the version the program's package asks for, when the program first uses them.
    getRequiredPackages: unary(() => new pb.GetRequiredPackagesResponse()),
    getRequiredPlugins: unary(() => new pb.GetRequiredPluginsResponse()),
    run: unary((request: messages.RunRequest) => run(request, children)),
    runPlugin: (call: grpc.ServerWritableStream<messages.RunPluginRequest, messages.RunPluginResponse>) => {
      runPlugin(call, children).catch((error: unknown) => call.destroy(serviceError(error)));
    },
    cancel: unary(async () => {
      await children.stop();
      return new empties.Empty();
    }),
  };
}

async function run(request: messages.RunRequest, children: Children): Promise<messages.RunResponse> {
  const { code, signal } = await children.run(programCommand(request), "inherit").ended;
  if (code === 0) return new pb.RunResponse();
  if (code === ALREADY_REPORTED) return new pb.RunResponse().setBail(true);
  const how = signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
  return new pb.RunResponse().setError(`The program ${how} before it could report an error.`);
}

async function runPlugin(
  call: grpc.ServerWritableStream<messages.RunPluginRequest, messages.RunPluginResponse>,
  children: Children,
): Promise<void> {
  const { process: pack, ended } = children.run(packCommand(call.request), "pipe");
  // The engine ends a plugin by ending this call.
  call.on("cancelled", () => pack.kill());
  pack.stdout?.on("data", (bytes: Buffer) => call.write(new pb.RunPluginResponse().setStdout(bytes)));
  pack.stderr?.on("data", (bytes: Buffer) => call.write(new pb.RunPluginResponse().setStderr(bytes)));
  const { code } = await ended;
  call.write(new pb.RunPluginResponse().setExitcode(code ?? 1));
  call.end();
}

function unary<Request, Response>(
  answer: (request: Request) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve(call.request)
      .then(answer)
      .then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          callback(serviceError(error));
        },
      );
  };
}

function serviceError(error: unknown): grpc.ServiceError {
  const details = error instanceof Error ? error.message : String(error);
  return Object.assign(new Error(details), {
    code: grpc.status.UNKNOWN,
    details,
    metadata: new grpc.Metadata(),
  });
}
