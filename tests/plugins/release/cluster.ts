import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { controlPlaneTools, startCluster, stopCluster } from "../../../rehearsal/cluster/index.ts";
import { profileFor } from "../../../rehearsal/cluster/profiles.ts";
import { createRelease } from "../../../rehearsal/plugins/kubernetes/release/index.ts";
import { run } from "../../../rehearsal/process.ts";
import { ensureTools } from "../../../rehearsal/tools/index.ts";
import { type ChartOptions, writeChart } from "./chart.ts";
import { removeHelmFolders } from "./release.ts";

/** Long enough for a first run, which builds the control plane. */
export const FIRST_RUN = 1_200_000;
/** Installing waits for pods, and the tests of a file run beside one another. */
export const PATIENCE = 300_000;

export type Cluster = Awaited<ReturnType<typeof startReleases>>;

/** A cluster of its own with the Release type configured for it. */
export async function startReleases() {
  const folder = await mkdtemp(join(tmpdir(), "release-e2e-"));
  const { helm: helmPath, kubectl: kubectlPath } = await ensureTools(["helm", "kubectl"]);
  const binaries = await ensureTools(controlPlaneTools);
  const { kubeconfig } = await startCluster({
    folder,
    profile: profileFor({ size: "dev", gpuProducts: [] }),
    binaries,
    note: () => undefined,
  });
  const context = { kubeconfigPath: kubeconfig, helm: helmPath, defaultNamespace: "default" };
  const kubectl = (...args: string[]) => run(kubectlPath, ["--kubeconfig", kubeconfig, ...args]);
  const helm = (...args: string[]) => run(helmPath, ["--kubeconfig", kubeconfig, ...args]);
  return {
    releases: createRelease({ ...context, registerCrdScopes: () => undefined }),
    kubectl,
    helm,
    /** A chart in a folder of its own. */
    chart: (name: string, options: ChartOptions = {}) => writeChart(join(folder, "charts", name), options),
    /** A value as the chart's ConfigMap shows it. */
    setting: (release: string, key: string) =>
      kubectl("get", "configmap", `${release}-settings`, "--output", `jsonpath={.data.${key}}`),
    stop: async () => {
      await stopCluster(folder);
      await removeHelmFolders();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
