import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { merge } from "./merge";
import { BaseWorkload, type WorkloadArgs } from "./workload";

export interface DeploymentArgs extends WorkloadArgs {
  /** Pods beyond and below the wanted number during an update. @default one more, none fewer; with GPUs none more, one fewer */
  readonly rollout?: { readonly maxSurge: number | string; readonly maxUnavailable: number | string } | undefined;
  /**
   * Why a deployment of the stack does not wait until its pods are ready.
   * @default it waits
   */
  readonly unawaited?: string;
}

/** A stateless workload: a Deployment and what belongs around it. */
export class Workload extends BaseWorkload {
  readonly deployment: k8s.apps.v1.Deployment;

  constructor(name: string, args: DeploymentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:foundation:Workload", name, args, opts);
    const spec = {
      ...(args.scale !== "autoscaled" && { replicas: args.scale.replicas }),
      selector: { matchLabels: this.selector },
      strategy: { type: "RollingUpdate", rollingUpdate: args.rollout ?? rollout(args) },
      template: this.template(args),
    };
    const unawaited = { "pulumi.com/skipAwait": "true", "ai-platform.dev/skip-await-reason": args.unawaited ?? "" };
    this.deployment = new k8s.apps.v1.Deployment(
      name,
      {
        metadata: { ...this.metadata(args), ...(args.unawaited !== undefined && { annotations: unawaited }) },
        spec: merge(spec, args.extra?.deployment ?? {}) as unknown as typeof spec,
      },
      this.startOrder(args),
    );
    this.registerOutputs({ host: this.host });
  }
}

/** GPUs are scarce, so their pods are replaced one by one in place; all others never fall below the wanted number. */
function rollout({ resources }: WorkloadArgs) {
  return resources.gpus ? { maxSurge: 0, maxUnavailable: 1 } : { maxSurge: 1, maxUnavailable: 0 };
}
