import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Labels } from "./names";

/** A type whose leaves may be outputs. Lists and records stay plain, so that previews and policies see the structure. */
export type Leaves<T> = T extends string | number | boolean | undefined | null
  ? pulumi.Input<T>
  : T extends readonly (infer Item)[]
    ? readonly Leaves<Item>[]
    : { readonly [Key in keyof T]: Leaves<T[Key]> };

/** What every custom resource type of the `@kubernetes-models` packages has. */
interface CustomObject {
  apiVersion: string;
  kind: string;
  metadata?: object;
  spec?: unknown;
}

export interface CustomResourceArgs<T extends CustomObject> {
  readonly apiVersion: T["apiVersion"];
  readonly kind: T["kind"];
  readonly metadata: {
    readonly name: string;
    readonly namespace?: pulumi.Input<string>;
    readonly labels: Labels;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: Leaves<NonNullable<T["spec"]>>;
  /** Condition the next resources wait for, as in `condition=Ready`. @default ready as soon as it exists */
  readonly waitFor?: string;
}

/** Creates a custom resource checked against its type at compile time, and optionally awaited. */
export function customResource<T extends CustomObject>(
  name: string,
  { apiVersion, kind, metadata, spec, waitFor }: CustomResourceArgs<T>,
  opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource {
  const annotations = waitFor ? { annotations: { ...metadata.annotations, "pulumi.com/waitFor": waitFor } } : {};
  return new k8s.apiextensions.CustomResource(
    name,
    { apiVersion, kind, metadata: { ...metadata, ...annotations }, spec },
    opts,
  );
}
