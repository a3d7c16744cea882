import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { exempt } from "./names";
import type { Labels } from "./names";
import type { Site } from "./site";

export interface ClaimArgs {
  /** Size as in `10Gi`. A larger one grows the volume in place where the storage class can; a smaller one is refused by the API server. */
  readonly size: string;
  /** Of new volumes; a volume that exists keeps its class. @default the cluster's default class */
  readonly storageClass?: string | undefined;
  /** @default "ReadWriteOnce" */
  readonly access?: "ReadWriteOnce" | "ReadWriteMany" | undefined;
}

/** The spec of a claim, alone or as a template. */
export function claimSpec({ size, storageClass, access = "ReadWriteOnce" }: ClaimArgs) {
  return {
    accessModes: [access],
    ...(storageClass && { storageClassName: storageClass }),
    resources: { requests: { storage: size } },
  };
}

/**
 * A volume claim that nothing but its own removal deletes: fields that would replace it are left as they are, so that a changed
 * stack file can grow a volume and never lose one. It is bound when the first pod that mounts it is placed.
 */
export function persistentClaim(
  name: string,
  { site, labels, ...args }: ClaimArgs & { readonly site: Site; readonly labels: Labels },
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.PersistentVolumeClaim {
  return new k8s.core.v1.PersistentVolumeClaim(
    name,
    {
      metadata: {
        name,
        namespace: site.namespace.reference,
        labels,
        annotations: { "pulumi.com/skipAwait": "true", ...unprotected(site) },
      },
      spec: claimSpec(args),
    },
    {
      ...opts,
      dependsOn: [site.namespace],
      protect: site.protect,
      retainOnDelete: site.protect,
      ignoreChanges: ["spec.storageClassName", "spec.accessModes"],
    },
  );
}

/** Says to the policy pack that this stack means to let its data go. */
export function unprotected({ protect }: Pick<Site, "protect">): Readonly<Record<string, string>> {
  return protect ? {} : exempt("state-is-protected", "the stack file says protect: false, so its data may go with it");
}
