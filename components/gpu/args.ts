import type { Artifacts, Config } from "../foundation";
import type { Observability } from "../observability";

type GpuConfig = NonNullable<Config["gpu"]>;

export interface GpuArgs {
  readonly artifacts: Artifacts;
  readonly observability: Observability;
  /** `preinstalled` where node images bring the NVIDIA driver, as most clouds' do; otherwise the operator installs it. */
  readonly driver: GpuConfig["driver"];
  /** How GPUs are partitioned: not at all, all alike (`single`), or freely (`mixed`, with resource names per profile). */
  readonly mig: GpuConfig["mig"];
  /** Chart values merged over ours last. */
  readonly extraValues?: GpuConfig["extraValues"];
}
