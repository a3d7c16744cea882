import { Scopes } from "../../../rehearsal/plugins/kubernetes/check/scope.ts";
import { NoMatch } from "../../../rehearsal/plugins/kubernetes/client/errors.ts";
import { typeOf } from "../../../rehearsal/plugins/kubernetes/objects/object.ts";
import type { CheckRequest, DiffRequest, Properties } from "../../../rehearsal/plugins/protocol/index.ts";

const TOKENS: { readonly [kind: string]: string } = {
  ClusterRole: "rbac.authorization.k8s.io/v1",
  ClusterRoleBinding: "rbac.authorization.k8s.io/v1",
  ConfigMap: "core/v1",
  Deployment: "apps/v1",
  Job: "batch/v1",
  Namespace: "core/v1",
  Pod: "core/v1",
  Secret: "core/v1",
  Service: "core/v1",
  StatefulSet: "apps/v1",
};

/** What every request about a resource of the program carries. */
export function resource(inputs: Properties, name = "web") {
  const { apiVersion, kind } = typeOf(inputs);
  const type = `kubernetes:${TOKENS[kind] ?? apiVersion}:${kind}`;
  return { urn: `urn:pulumi:test::program::${type}::${name}`, type, name };
}

export const SEED = new Uint8Array([1, 2, 3, 4]);

export function checkRequest(inputs: Properties, oldInputs?: Properties): CheckRequest {
  return { ...resource(inputs), inputs, randomSeed: SEED, ...(oldInputs && { oldInputs }) };
}

/** A diff after which the cluster holds what was asked for, plus what `server` says it added. */
export function diffRequest(
  oldInputs: Properties,
  inputs: Properties,
  { server = {}, ignoreChanges = [] }: { server?: Properties; ignoreChanges?: readonly string[] } = {},
): DiffRequest {
  return {
    ...resource(inputs),
    id: "apps/web",
    oldInputs,
    oldOutputs: { ...oldInputs, ...server },
    inputs,
    ignoreChanges,
  };
}

/** The scopes of a server that has no custom resources. */
export function builtInScopes(): Scopes {
  return new Scopes({ kind: (apiVersion, kind) => Promise.reject(new NoMatch(apiVersion, kind)) });
}

export function configMap(data: Properties, metadata: Properties = {}): Properties {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "web", namespace: "apps", ...metadata }, data };
}
