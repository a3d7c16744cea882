import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  type Around,
  exempt,
  type Member,
  type Namespace,
  type Part,
  reachInternet,
  reachKubernetesApi,
  release,
  type ScrapeTarget,
} from "../../foundation";
import { charts } from "../../versions";
import { gpuAlerts } from "./alerts";
import type { GpuKeys } from "./keys";
import { buildValues } from "./values";

export type GpuArgs = GpuKeys & Pick<Around, "site">;

const NAMESPACE = "gpu-operator";
/** Labels and port of the DaemonSet that measures the GPUs. */
const EXPORTER = { labels: { app: "nvidia-dcgm-exporter" }, port: 9400 };

/**
 * NVIDIA's operator: makes GPUs usable by pods, labels the nodes that have them, and measures them. Its namespace is `privileged`,
 * because its parts install into the nodes.
 */
export class Gpu extends pulumi.ComponentResource implements Part {
  readonly name: string;
  readonly connections = {};
  readonly members: readonly Member[] = [];
  readonly metrics: readonly ScrapeTarget[];
  readonly alerts = gpuAlerts;
  readonly alertGroup = "gpu-alerts";

  constructor(name: string, args: GpuArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:platform:Gpu", name, {}, opts);
    this.name = name;
    const own = { parent: this };
    const { site } = args;
    const namespace = site.addNamespace(
      name,
      {
        name: NAMESPACE,
        level: "privileged",
        annotations: exempt(
          "namespaces-enforce-restricted",
          "the operator's pods install drivers and devices on the node",
        ),
        access: access(args),
        // The operator makes pods whose needs grow with the GPUs of a node, driver compilation above all.
        containerDefaults: false,
      },
      own,
    );
    const quota = nodeCriticalQuota(name, namespace, own);
    release(
      name,
      {
        chart: site.artifacts.chart(charts.gpuOperator),
        namespace,
        releaseName: "gpu-operator",
        values: buildValues({ ...args, artifacts: site.artifacts }),
        extraValues: args.extraValues,
      },
      { ...own, dependsOn: [namespace, quota] },
    );
    const { labels, port } = EXPORTER;
    this.metrics = [{ name: "dcgm-exporter", peer: { namespace: NAMESPACE, labels }, port }];
    this.registerOutputs({});
  }
}

/** An operator that installs drivers downloads the packages for the nodes' kernels, from mirrors that often speak plain HTTP. */
function access({ driver, site }: GpuArgs) {
  const api = reachKubernetesApi(site.network);
  return driver === "operator" ? [api, reachInternet(443, 80)] : [api];
}

/** Some clouds admit pods of the node-critical priority, which the operator's have, only where a quota speaks of it. */
function nodeCriticalQuota(name: string, namespace: Namespace, own: pulumi.CustomResourceOptions) {
  return new k8s.core.v1.ResourceQuota(
    `${name}-node-critical`,
    {
      metadata: {
        name: "node-critical-pods",
        namespace: namespace.reference,
        labels: namespace.labels("node-critical-pods", "quota"),
      },
      spec: {
        hard: { pods: "10000" },
        scopeSelector: {
          matchExpressions: [
            { operator: "In", scopeName: "PriorityClass", values: ["system-node-critical", "system-cluster-critical"] },
          ],
        },
      },
    },
    { ...own, dependsOn: [namespace] },
  );
}
