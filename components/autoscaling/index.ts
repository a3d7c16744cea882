import type { IScaledObject } from "@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject";
import type { ITriggerAuthentication } from "@kubernetes-models/keda/keda.sh/v1alpha1/TriggerAuthentication";
import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  charts,
  type Connection,
  customResource,
  labels,
  Namespace,
  openConnection,
  reachKubernetesApi,
  release,
  serveKubernetesApi,
  talkWithin,
} from "../foundation";
import type { AutoscalingArgs, ScaleArgs } from "./args";
import { authenticationName, authenticationSpec, scaledObjectSpec } from "./scaled-object";
import { buildValues } from "./values";

export type { AutoscalingArgs, ScaleArgs, Trigger } from "./args";

const NAMESPACE = "keda";
const OPERATOR_PODS = { app: "keda-operator" };
const METRICS_PORT = 8080;
/** The API server asks the metrics server for values, and the webhooks about new objects. */
const API_PORTS = { metricsServer: 6443, webhooks: 9443 };

/** KEDA: owns the number of pods of every workload that scales, by an autoscaler it creates and by the step from and to zero. */
export class Autoscaling extends pulumi.ComponentResource {
  private readonly keda: k8s.helm.v3.Release;
  private readonly prometheus: Connection;
  private readonly client = { name: "keda", peer: { namespace: NAMESPACE, labels: OPERATOR_PODS } };
  /** Queues that KEDA may already reach; several workloads may scale on one. */
  private readonly reachable = new Set<string>();

  constructor(name: string, args: AutoscalingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:autoscaling:Autoscaling", name, {}, opts);
    const own = { parent: this };
    const namespace = new Namespace(name, { name: NAMESPACE, access: access() }, own);
    this.keda = release(
      name,
      {
        chart: args.artifacts.chart(charts.keda),
        namespace,
        releaseName: "keda",
        values: buildValues(args),
        extraValues: args.extraValues,
      },
      { ...own, dependsOn: [namespace] },
    );
    this.prometheus = args.observability.connection;
    openConnection(this.client, this.prometheus, { ...own, dependsOn: [namespace, ...this.prometheus.ready] });
    args.observability.scrape("keda", { namespace, labels: OPERATOR_PODS, port: METRICS_PORT }, own);
    this.registerOutputs({});
  }

  /**
   * Hands a workload's number of pods to KEDA. A deployment does not wait until the object is ready: its metrics may come from pods
   * that are deployed after it. The alert KEDAScaledObjectNotReady tells when it stays so.
   */
  scale(name: string, { namespace, target, ...args }: ScaleArgs, opts: pulumi.CustomResourceOptions): void {
    const after = pulumi.mergeOptions(opts, { dependsOn: [this.keda, namespace] });
    const queues = args.triggers.flatMap((trigger) => (trigger.kind === "queue" ? [trigger.queue] : []));
    const authentications = [...new Set(queues)].map((queue) => this.authenticate(name, namespace, queue, after));
    customResource<IScaledObject>(
      `${name}-scaler`,
      {
        apiVersion: "keda.sh/v1alpha1",
        kind: "ScaledObject",
        metadata: { name, namespace: namespace.reference, labels: labels(name, "scaler") },
        spec: {
          scaleTargetRef: { name: target.metadata.name },
          ...scaledObjectSpec(name, args, this.prometheus),
        },
      },
      pulumi.mergeOptions(after, { dependsOn: authentications }),
    );
  }

  /** Lets KEDA log in to a queue for one workload, and reach it. */
  private authenticate(
    name: string,
    namespace: Namespace,
    queue: Connection,
    opts: pulumi.CustomResourceOptions,
  ): k8s.apiextensions.CustomResource {
    const after = pulumi.mergeOptions(opts, { dependsOn: [...queue.ready] });
    if (!this.reachable.has(queue.name)) {
      this.reachable.add(queue.name);
      openConnection(this.client, queue, { ...after, parent: this });
    }
    const objectName = authenticationName(name, queue);
    return customResource<ITriggerAuthentication>(
      objectName,
      {
        apiVersion: "keda.sh/v1alpha1",
        kind: "TriggerAuthentication",
        metadata: { name: objectName, namespace: namespace.reference, labels: labels(name, "scaler") },
        spec: authenticationSpec(queue),
      },
      after,
    );
  }
}

function access() {
  const ports = Object.values(API_PORTS);
  return [reachKubernetesApi(), ...ports.map((port) => serveKubernetesApi(port)), talkWithin()];
}
