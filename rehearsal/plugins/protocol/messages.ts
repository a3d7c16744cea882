import pb from "@pulumi/pulumi/proto/provider_pb.js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import { decode, encode, type Properties } from "./properties.ts";
import type * as api from "./provider.ts";

/** Translation between the engine's messages and the types of `provider.ts`. */

interface ResourceMessage {
  getUrn(): string;
  getType(): string;
  getName(): string;
}

function resource(message: ResourceMessage): api.ResourceRequest {
  const [type = "", name = ""] = message.getUrn().split("::").slice(2);
  return {
    urn: message.getUrn(),
    type: message.getType() || (type.split("$").pop() ?? ""),
    name: message.getName() || name,
  };
}

const AUTONAMING_MODES = ["propose", "enforce", "disabled"] as const;

export function checkRequest(message: messages.CheckRequest): api.CheckRequest {
  const autonaming = message.getAutonaming();
  return {
    ...resource(message),
    ...(message.hasOlds() && { oldInputs: decode(message.getOlds()) }),
    inputs: decode(message.getNews()),
    randomSeed: message.getRandomseed_asU8(),
    ...(autonaming && {
      autonaming: {
        mode: AUTONAMING_MODES[autonaming.getMode()] ?? "propose",
        proposedName: autonaming.getProposedName(),
      },
    }),
  };
}

export function checkResponse(result: api.CheckResult): messages.CheckResponse {
  const failures = (result.failures ?? []).map(({ property, reason }) =>
    new pb.CheckFailure().setProperty(property).setReason(reason),
  );
  return new pb.CheckResponse().setInputs(encode(result.inputs)).setFailuresList(failures);
}

export function diffRequest(message: messages.DiffRequest | messages.UpdateRequest): api.DiffRequest {
  return {
    ...resource(message),
    id: message.getId(),
    oldInputs: decode(message.getOldInputs()),
    oldOutputs: decode(message.getOlds()),
    inputs: decode(message.getNews()),
    ignoreChanges: message.getIgnorechangesList(),
  };
}

const { Kind } = pb.PropertyDiff;
const KINDS = {
  add: { change: Kind.ADD, replace: Kind.ADD_REPLACE },
  delete: { change: Kind.DELETE, replace: Kind.DELETE_REPLACE },
  update: { change: Kind.UPDATE, replace: Kind.UPDATE_REPLACE },
};

export function diffResponse(result: api.DiffResult): messages.DiffResponse {
  const { DIFF_SOME, DIFF_NONE } = pb.DiffResponse.DiffChanges;
  const response = new pb.DiffResponse()
    .setChanges(result.changed ? DIFF_SOME : DIFF_NONE)
    .setDeletebeforereplace(result.deleteBeforeReplace ?? false)
    .setHasdetaileddiff(result.changes !== undefined);
  const replaces = new Set(result.replaces);
  for (const [path, change] of Object.entries(result.changes ?? {})) {
    const kind = KINDS[change.kind][change.replaces ? "replace" : "change"];
    const detail = new pb.PropertyDiff().setKind(kind).setInputdiff(change.inputDiff ?? false);
    response.getDetaileddiffMap().set(path, detail);
    if (change.replaces) replaces.add(path);
  }
  // The summary beside a resource names its top-level properties.
  const tops = new Set(Object.keys(result.changes ?? {}).map((path) => path.split(/[.[]/)[0] ?? path));
  response.setDiffsList([...tops]);
  return response.setReplacesList([...replaces]);
}

export function createRequest(message: messages.CreateRequest): api.CreateRequest {
  return {
    ...resource(message),
    inputs: decode(message.getProperties()),
    preview: message.getPreview(),
    timeout: message.getTimeout(),
  };
}

export function createResponse(result: api.CreateResult): messages.CreateResponse {
  return new pb.CreateResponse().setId(result.id).setProperties(encode(result.outputs));
}

export function readRequest(message: messages.ReadRequest): api.ReadRequest {
  return {
    ...resource(message),
    id: message.getId(),
    inputs: decode(message.getInputs()),
    outputs: decode(message.getProperties()),
  };
}

export function readResponse(result: api.ReadResult | undefined): messages.ReadResponse {
  const response = new pb.ReadResponse();
  if (!result) return response;
  return response.setId(result.id).setInputs(encode(result.inputs)).setProperties(encode(result.outputs));
}

export function updateRequest(message: messages.UpdateRequest): api.UpdateRequest {
  return {
    ...diffRequest(message),
    preview: message.getPreview(),
    timeout: message.getTimeout(),
  };
}

export function updateResponse(result: { outputs: Properties }): messages.UpdateResponse {
  return new pb.UpdateResponse().setProperties(encode(result.outputs));
}

export function deleteRequest(message: messages.DeleteRequest): api.DeleteRequest {
  return {
    ...resource(message),
    id: message.getId(),
    inputs: decode(message.getOldInputs()),
    outputs: decode(message.getProperties()),
    timeout: message.getTimeout(),
  };
}

export function initFailure(error: api.InitFailed): messages.ErrorResourceInitFailed {
  return new pb.ErrorResourceInitFailed()
    .setId(error.id)
    .setInputs(encode(error.inputs))
    .setProperties(encode(error.outputs))
    .setReasonsList([...error.reasons]);
}
