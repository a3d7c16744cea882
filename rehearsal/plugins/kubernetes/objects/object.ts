import type { Properties } from "../../protocol/index.ts";

/** JSON as the API speaks it: no secrets, no unknowns. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export interface OwnerReference {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

export interface ManagedFieldsEntry {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource?: string;
  readonly fieldsType: string;
  readonly fieldsV1: JsonObject;
  readonly time?: string;
}

export interface Metadata {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  generateName?: string;
  labels?: { [key: string]: string };
  annotations?: { [key: string]: string };
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  managedFields?: ManagedFieldsEntry[];
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

/** Any Kubernetes object. Kind-specific parts are read through the narrower interfaces beside their readers. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
  [key: string]: unknown;
}

/** `reveal`ed properties without unknowns are plain JSON; apiVersion and kind are the SDK's constants. */
export function asObject(properties: Properties): KubeObject {
  return { metadata: {}, ...properties } as unknown as KubeObject;
}

export function asProperties(object: KubeObject): Properties {
  return object as unknown as Properties;
}

/** `apiVersion` and `kind` of inputs that may still hold unknowns elsewhere; the SDK always sets both. */
export function typeOf({ apiVersion, kind }: Properties): { apiVersion: string; kind: string } {
  if (typeof apiVersion !== "string" || typeof kind !== "string")
    throw new Error("the object has no apiVersion or kind");
  return { apiVersion, kind };
}

/** ID in state: `namespace/name`, or `name` for a kind that has no namespace. */
export function idOf(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  return namespace ? `${namespace}/${name}` : name;
}

/** `Deployment web/api` */
export function describe(object: KubeObject): string {
  return `${object.kind} ${idOf(object)}`;
}

export function conditionsOf(object: KubeObject): readonly Condition[] {
  const { conditions } = (object["status"] ?? {}) as { conditions?: Condition[] };
  return conditions ?? [];
}

export function conditionOf(object: KubeObject, type: string): Condition | undefined {
  return conditionsOf(object).find((condition) => condition.type === type);
}

export function annotationOf(object: KubeObject, name: string): string | undefined {
  return object.metadata.annotations?.[`pulumi.com/${name}`];
}
