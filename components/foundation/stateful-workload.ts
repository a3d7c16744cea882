import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type ClaimArgs, claimSpec, persistentClaim, unprotected } from "./claims";
import { merge } from "./merge";
import { BaseWorkload, type WorkloadArgs } from "./workload";

export interface StatefulWorkloadArgs extends WorkloadArgs {
  readonly scale: { readonly replicas: number };
  /** A volume claim per pod, by the name of its volume. */
  readonly claims: Readonly<Record<string, ClaimArgs>>;
}

/**
 * A workload with identity and data: a StatefulSet, headless Service and one claim per pod. The claims are resources of their own,
 * which the StatefulSet finds by name: its own templates cannot change, so a volume would grow only by being made anew.
 */
export class StatefulWorkload extends BaseWorkload {
  readonly statefulSet: k8s.apps.v1.StatefulSet;

  constructor(name: string, args: StatefulWorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:foundation:StatefulWorkload", name, { service: "headless", ...args }, opts);
    const { site, scale, claims } = args;
    const volumes = Object.entries(claims).flatMap(([volume, claim]) =>
      Array.from({ length: scale.replicas }, (_, pod) =>
        persistentClaim(`${volume}-${name}-${pod}`, { ...claim, site, labels: this.objectLabels }, { parent: this }),
      ),
    );
    const spec = {
      replicas: scale.replicas,
      serviceName: name,
      selector: { matchLabels: this.selector },
      // All pods start together: a member that waits for its peers would otherwise wait forever.
      podManagementPolicy: "Parallel",
      template: this.template(args),
      volumeClaimTemplates: Object.entries(claims).map(([volume, claim]) => ({
        metadata: { name: volume, labels: this.objectLabels },
        spec: claimSpec(claim),
      })),
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    };
    const order = this.startOrder(args);
    this.statefulSet = new k8s.apps.v1.StatefulSet(
      name,
      {
        metadata: { ...this.metadata(args), annotations: unprotected(site) },
        spec: merge(spec, args.extra?.deployment ?? {}) as unknown as typeof spec,
      },
      {
        ...order,
        dependsOn: [...([order.dependsOn ?? []].flat() as pulumi.Resource[]), ...volumes],
        protect: site.protect,
        retainOnDelete: site.protect,
        // What the claims themselves say counts; these templates are how the first ones looked.
        ignoreChanges: ["spec.volumeClaimTemplates"],
      },
    );
    this.registerOutputs({ host: this.host });
  }
}
