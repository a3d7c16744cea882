import * as grpc from "@grpc/grpc-js";
import services from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/engine_pb.js";
import type { LogSeverity } from "@pulumi/pulumi/proto/engine_pb.js";
import type { Call } from "./provider.ts";

/** Writes below and beside a resource on the user's screen. */
export interface EngineLog {
  about(urn: string): Pick<Call, "warn" | "status">;
}

/** @param address `host:port` of the engine */
export function connectEngine(address: string): EngineLog {
  const client = new services.EngineClient(address, grpc.credentials.createInsecure());
  const log = (urn: string, severity: LogSeverity, message: string, ephemeral: boolean) => {
    const request = new pb.LogRequest().setUrn(urn).setSeverity(severity).setMessage(message).setEphemeral(ephemeral);
    // A message that cannot be shown must not fail the step it is about.
    client.log(request, () => undefined);
  };
  const { INFO, WARNING } = pb.LogSeverity;
  return {
    about: (urn) => ({
      warn: (message) => {
        log(urn, WARNING, message, false);
      },
      status: (message) => {
        log(urn, INFO, message, true);
      },
    }),
  };
}
