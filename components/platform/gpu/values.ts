import { type Artifacts, chartResources, type ChartResources } from "../../foundation";
import type { GpuKeys } from "./keys";

/** Parts whose image comes from one vendor registry, and the folder it lies in there. */
const FOLDERS = {
  validator: "nvidia",
  operator: "nvidia",
  toolkit: "nvidia/k8s",
  devicePlugin: "nvidia",
  dcgmExporter: "nvidia/k8s",
  gfd: "nvidia",
  migManager: "nvidia/cloud-native",
  driver: "nvidia",
} as const;

type Part = keyof typeof FOLDERS;

interface Image {
  readonly repository?: string;
}

/** The keys of the gpu-operator chart that we set. */
export interface GpuValues extends Readonly<Record<Part, Image>> {
  readonly driver: Image & { readonly enabled: boolean; readonly manager: Image };
  readonly mig: { readonly strategy: GpuKeys["mig"] };
  readonly migManager: Image & { readonly enabled: boolean };
  readonly dcgmExporter: Image & {
    readonly serviceMonitor: { readonly enabled: false };
    readonly resources: ChartResources;
  };
  readonly "node-feature-discovery"?: { readonly image: { readonly repository: string } };
}

type ValuesArgs = Pick<GpuKeys, "driver" | "mig"> & { readonly artifacts: Artifacts };

export function buildValues({ artifacts: { imageMirror }, driver, mig }: ValuesArgs): GpuValues {
  const image = (folder: string): Image => (imageMirror ? { repository: `${imageMirror}/${folder}` } : {});
  const part = (name: Part): Image => image(FOLDERS[name]);
  return {
    validator: part("validator"),
    operator: part("operator"),
    toolkit: part("toolkit"),
    devicePlugin: part("devicePlugin"),
    gfd: part("gfd"),
    // A second driver beside the node image's own would break both.
    driver: { ...part("driver"), enabled: driver === "operator", manager: image("nvidia/cloud-native") },
    mig: { strategy: mig },
    migManager: { ...part("migManager"), enabled: mig !== "none" },
    // Ours is made with the network edge it needs.
    dcgmExporter: {
      ...part("dcgmExporter"),
      serviceMonitor: { enabled: false },
      // It holds about 60 MiB per GPU, and nodes have up to eight.
      resources: chartResources("100m", "1Gi"),
    },
    ...(imageMirror && {
      "node-feature-discovery": { image: { repository: `${imageMirror}/nfd/node-feature-discovery` } },
    }),
  };
}
