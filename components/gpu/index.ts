import * as pulumi from "@pulumi/pulumi";
import { charts, Namespace, type Placement, reachInternet, reachKubernetesApi, release } from "../foundation";
import { gpuAlerts } from "../observability";
import type { GpuArgs } from "./args";
import { buildValues } from "./values";

export type { GpuArgs } from "./args";

/** Labels and port of the DaemonSet that measures the GPUs. */
const EXPORTER = { labels: { app: "nvidia-dcgm-exporter" }, port: 9400 };

/**
 * NVIDIA's operator: makes GPUs usable by pods, labels the nodes that have them, and measures them. Its namespace is `privileged`,
 * because its parts install into the nodes.
 */
export class Gpu extends pulumi.ComponentResource {
  constructor(name: string, args: GpuArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:gpu:Gpu", name, {}, opts);
    const own = { parent: this };
    const namespace = new Namespace(
      name,
      { name: "gpu-operator", level: "privileged", access: access(args.driver) },
      own,
    );
    release(
      name,
      {
        chart: args.artifacts.chart(charts.gpuOperator),
        namespace,
        releaseName: "gpu-operator",
        values: buildValues(args),
        extraValues: args.extraValues,
      },
      { ...own, dependsOn: [namespace] },
    );
    args.observability.scrape("dcgm-exporter", { namespace, ...EXPORTER }, own);
    args.observability.alert("gpu-alerts", gpuAlerts, own);
    this.registerOutputs({});
  }

  /** Nodes with GPUs; with `product`, those whose label `nvidia.com/gpu.product` has this value, `NVIDIA-H100-80GB-HBM3` for instance. */
  placement(product?: string): Placement {
    return {
      tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
      nodeSelector: { "nvidia.com/gpu.present": "true", ...(product && { "nvidia.com/gpu.product": product }) },
    };
  }
}

/** An operator that installs drivers downloads the packages for the nodes' kernels. */
function access(driver: GpuArgs["driver"]) {
  return driver === "operator" ? [reachKubernetesApi(), reachInternet()] : [reachKubernetesApi()];
}
