import type { IScaledObject } from "@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject";
import type { ITriggerAuthentication } from "@kubernetes-models/keda/keda.sh/v1alpha1/TriggerAuthentication";
import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  type Around,
  type Connection,
  customResource,
  type Member,
  type Part,
  reachKubernetesApi,
  release,
  type Scale,
  type ScalerTrigger,
  type ScrapeTarget,
  serveKubernetesApi,
  talkWithin,
} from "../../foundation";
import { charts } from "../../versions";
import type { Monitoring } from "../monitoring";
import { autoscalingAlerts } from "./alerts";
import type { AutoscalingKeys } from "./keys";
import { authenticationName, authenticationSpec, scaledObjectSpec } from "./scaled-object";
import { buildValues } from "./values";

export type AutoscalingArgs = AutoscalingKeys &
  Pick<Around, "site"> & {
    /** Whose Prometheus answers the triggers that ask it. @default there are none */
    readonly monitoring?: Pick<Monitoring, "connection"> | undefined;
  };

const NAMESPACE = "keda";
const METRICS_PORT = 8080;
/** The API server asks the metrics server for values, and the webhooks about new objects. */
const METRICS_SERVER_PORT = 6443;
const WEBHOOKS_PORT = 9443;

/** KEDA: owns the number of pods of every workload that scales, by an autoscaler it creates and by the step from and to zero. */
export class Autoscaling extends pulumi.ComponentResource implements Part {
  readonly name: string;
  readonly connections = {};
  /** KEDA's operator, which asks servers and Prometheus. */
  readonly client = { name: "keda", peer: { namespace: NAMESPACE, labels: { app: "keda-operator" } } };
  readonly members: readonly Member[];
  readonly metrics: readonly ScrapeTarget[];
  readonly alerts = autoscalingAlerts;
  private readonly keda: k8s.helm.v3.Release;
  private readonly prometheus: Connection | undefined;

  constructor(name: string, args: AutoscalingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:platform:Autoscaling", name, {}, opts);
    this.name = name;
    this.prometheus = args.monitoring?.connection;
    const own = { parent: this };
    const { site } = args;
    const namespace = site.addNamespace(
      name,
      {
        name: NAMESPACE,
        access: [
          reachKubernetesApi(site.network),
          serveKubernetesApi(METRICS_SERVER_PORT, WEBHOOKS_PORT),
          talkWithin(),
        ],
      },
      own,
    );
    this.keda = release(
      name,
      {
        chart: site.artifacts.chart(charts.keda),
        namespace,
        releaseName: "keda",
        values: buildValues({ ...args, artifacts: site.artifacts, ...site.nodes }),
        extraValues: args.extraValues,
      },
      { ...own, dependsOn: [namespace] },
    );
    this.members = [{ ...this.client, uses: this.prometheus ? [this.prometheus] : [] }];
    this.metrics = [{ ...this.client, port: METRICS_PORT }];
    this.registerOutputs({});
  }

  /**
   * Hands the number of pods of every workload that declares bounds to KEDA. A deployment does not wait until the objects are ready:
   * their metrics may come from pods that are deployed after them. The alert KEDAScaledObjectNotReady tells when it stays so.
   */
  scale(parts: readonly Part[]): void {
    for (const scale of parts.flatMap((part) => part.scales ?? [])) this.scaledObject(scale);
  }

  private scaledObject(scale: Scale): void {
    const { name, namespace, triggers, ready } = scale;
    const after = { parent: this, dependsOn: [this.keda, namespace] };
    const servers = triggers.filter((trigger) => trigger.kind === "scaler");
    const authentications = new Map(servers.map((trigger) => [authenticationName(name, trigger), trigger] as const));
    const dependsOn = [...authentications].map(([objectName, trigger]) =>
      this.authentication(objectName, scale, trigger, after),
    );
    customResource<IScaledObject>(
      `${name}-scaler`,
      {
        apiVersion: "keda.sh/v1alpha1",
        kind: "ScaledObject",
        metadata: { name, namespace: namespace.reference, labels: namespace.labels(name, "scaler") },
        spec: scaledObjectSpec(scale, this.prometheus),
      },
      pulumi.mergeOptions(after, { dependsOn: [...ready, ...dependsOn] }),
    );
  }

  private authentication(
    objectName: string,
    { name, namespace }: Scale,
    trigger: ScalerTrigger,
    opts: pulumi.CustomResourceOptions,
  ): k8s.apiextensions.CustomResource {
    return customResource<ITriggerAuthentication>(
      objectName,
      {
        apiVersion: "keda.sh/v1alpha1",
        kind: "TriggerAuthentication",
        metadata: { name: objectName, namespace: namespace.reference, labels: namespace.labels(name, "scaler") },
        spec: authenticationSpec(trigger),
      },
      opts,
    );
  }
}
