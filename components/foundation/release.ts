import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ChartReference } from "./artifacts";
import { merge } from "./merge";
import type { Namespace } from "./namespace";

export interface ReleaseArgs {
  readonly chart: ChartReference;
  readonly namespace: Namespace;
  /** Name of the Release, fixed: the chart derives its object names from it. */
  readonly releaseName: string;
  /** Typed by the component's `values.ts`. Never holds a secret: Helm keeps values in the cluster. */
  readonly values: object;
  /** Merged over `values` last: the operator's escape hatch. @default nothing */
  readonly extraValues?: Readonly<Record<string, unknown>> | undefined;
  /** How long images may take to arrive and pods to become ready, in seconds. @default 600 */
  readonly timeoutSeconds?: number;
}

/** A third-party chart with the house defaults: exact version, awaited, and kept when it fails so that the next run repairs it. */
export function release(name: string, args: ReleaseArgs, opts: pulumi.CustomResourceOptions): k8s.helm.v3.Release {
  return new k8s.helm.v3.Release(
    name,
    {
      ...args.chart,
      name: args.releaseName,
      namespace: args.namespace.reference,
      values: merge(args.values, args.extraValues ?? {}),
      timeout: args.timeoutSeconds ?? 600,
      waitForJobs: true,
      cleanupOnFail: true,
      // Ten revisions (Helm's default) of a large chart weigh megabytes in etcd; two are enough to roll back.
      maxHistory: 2,
    },
    opts,
  );
}
