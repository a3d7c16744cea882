import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Access, reachKubernetesApi, type Site, type Variable } from "../../foundation";
import type { GatewayKeys } from "./keys";
import { endpointSliceRules } from "./permissions";

/** What finding engines takes of the gateway's pods. */
export interface EngineDiscovery {
  readonly environment: Readonly<Record<string, Variable>>;
  readonly token?: string;
  readonly access: readonly Access[];
  /** What must be there before a pod starts. */
  readonly ready: readonly pulumi.Resource[];
}

/** DNS takes nothing. EndpointSlices take a token, a role for it, and the way to the API server. */
export function engineDiscovery(
  name: string,
  { engineDiscovery: way, site }: Pick<GatewayKeys, "engineDiscovery"> & { readonly site: Site },
  own: pulumi.CustomResourceOptions,
): EngineDiscovery {
  if (way === "dns") return { environment: {}, access: [], ready: [] };
  const { namespace } = site;
  const inside = { ...own, dependsOn: [namespace] };
  const objectName = `${name}-engine-discovery`;
  const metadata = { name: objectName, namespace: namespace.reference, labels: namespace.labels(name, "backend") };
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
  return {
    environment: { GATEWAY_ENGINE_DISCOVERY: "endpointslices" },
    token: "watches the EndpointSlices of the engines",
    access: [reachKubernetesApi(site.network)],
    ready: [binding],
  };
}
