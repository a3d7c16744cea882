import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { accessPolicy, labels, reachKubernetesApi, selectorLabels, type WorkloadArgs } from "../foundation";
import type { BackendArgs } from "./args";
import { endpointSliceRules } from "./permissions";

/** What finding engines takes of the gateway's pods. */
export interface EngineDiscovery extends Pick<WorkloadArgs, "environment" | "tokenReason"> {
  /** What must be there before a pod starts. */
  readonly ready: readonly pulumi.Resource[];
}

/** DNS takes nothing. EndpointSlices take a token, a role for it, and the way to the API server. */
export function engineDiscovery(
  name: string,
  { engineDiscovery: way, namespace }: Pick<BackendArgs, "engineDiscovery" | "namespace">,
  own: pulumi.CustomResourceOptions,
): EngineDiscovery {
  if (way === "dns") return { ready: [] };
  const inside = { ...own, dependsOn: [namespace] };
  const objectName = `${name}-engine-discovery`;
  const metadata = { name: objectName, namespace: namespace.reference, labels: labels(name, "backend") };
  const role = new k8s.rbac.v1.Role(objectName, { metadata, rules: endpointSliceRules }, inside);
  const binding = new k8s.rbac.v1.RoleBinding(
    objectName,
    {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: objectName },
      subjects: [{ kind: "ServiceAccount", name, namespace: namespace.name }],
    },
    { ...own, dependsOn: [role] },
  );
  const access = reachKubernetesApi(selectorLabels(name));
  const policyName = `${name}-${access.name}`;
  const policy = new k8s.networking.v1.NetworkPolicy(
    policyName,
    accessPolicy({ ...access, name: policyName }, namespace.name),
    inside,
  );
  return {
    environment: { GATEWAY_ENGINE_DISCOVERY: "endpointslices" },
    tokenReason: "watches the EndpointSlices of the engines",
    ready: [binding, policy],
  };
}
