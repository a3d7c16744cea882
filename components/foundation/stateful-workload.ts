import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { BaseWorkload, type WorkloadArgs } from "./workload";

export interface StatefulWorkloadArgs extends WorkloadArgs {
  readonly scale: { readonly replicas: number };
  /** Volume claim per pod: name, size in GiB and, if not the cluster's default, storage class. */
  readonly claims: readonly {
    readonly name: string;
    readonly sizeGiB: number;
    readonly storageClass?: string | undefined;
  }[];
  /** Refuse to delete it with `pulumi destroy` and keep its data when it is removed from the program. */
  readonly protect: boolean;
}

/** A workload with identity and data: a StatefulSet, headless Service and one claim per pod. */
export class StatefulWorkload extends BaseWorkload {
  readonly statefulSet: k8s.apps.v1.StatefulSet;

  constructor(name: string, args: StatefulWorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:foundation:StatefulWorkload", name, { service: "headless", ...args }, opts);
    this.statefulSet = new k8s.apps.v1.StatefulSet(
      name,
      {
        metadata: this.metadata(args),
        spec: {
          replicas: args.scale.replicas,
          serviceName: name,
          selector: { matchLabels: this.selector },
          // All pods start together: a member that waits for its peers would otherwise wait forever.
          podManagementPolicy: "Parallel",
          template: this.template(args),
          volumeClaimTemplates: args.claims.map(({ name: claimName, sizeGiB, storageClass }) => ({
            metadata: { name: claimName, labels: this.objectLabels },
            spec: {
              accessModes: ["ReadWriteOnce"],
              ...(storageClass && { storageClassName: storageClass }),
              resources: { requests: { storage: `${sizeGiB}Gi` } },
            },
          })),
          persistentVolumeClaimRetentionPolicy: {
            whenDeleted: args.protect ? "Retain" : "Delete",
            whenScaled: "Retain",
          },
        },
      },
      { ...this.startOrder(args), protect: args.protect, retainOnDelete: args.protect },
    );
    this.registerOutputs({ host: this.host });
  }
}
