/** A private cluster for tests and experiments: `node rehearsal/cluster/main.ts start --dir D [--size small]`. */
import { parseArgs } from "node:util";

import { endOnSignal } from "../process.ts";
import { step } from "../progress.ts";
import { ensureTools } from "../tools/index.ts";
import { controlPlaneTools, runningCluster, startCluster, stopCluster } from "./index.ts";
import { sizes } from "./needs.ts";
import { profileFor } from "./profiles.ts";

const usage = `node rehearsal/cluster/main.ts <start|stop|status> --dir <folder> [--size ${sizes.join("|")}] [--gpu <product>]...
  start   starts or continues a control plane with simulated nodes, some with GPUs if asked, and prints its kubeconfig
  stop    ends it and removes what it kept
  status  prints the kubeconfig of a running cluster, or ends with code 1`;

endOnSignal();
try {
  await main();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      dir: { type: "string" },
      size: { type: "string", default: "dev" },
      gpu: { type: "string", multiple: true, default: [] },
    },
  });
  const folder = values.dir;
  const size = sizes.find((one) => one === values.size);
  if (folder === undefined || size === undefined) throw new Error(usage);
  const profile = profileFor({ size, gpuProducts: values.gpu });
  if (positionals[0] === "start") {
    const binaries = await ensureTools(controlPlaneTools);
    const { kubeconfig } = await step(
      "control plane",
      (note) => startCluster({ folder, profile, binaries, note }),
      ({ state }) => state,
    );
    process.stdout.write(`${kubeconfig}\n`);
  } else if (positionals[0] === "stop") {
    await step("control plane stopped", () => stopCluster(folder));
  } else if (positionals[0] === "status") {
    const { kubectl } = await ensureTools(["kubectl"]);
    const kubeconfig = await runningCluster(folder, kubectl);
    process.stdout.write(`${kubeconfig ?? "not running"}\n`);
    if (kubeconfig === undefined) process.exitCode = 1;
  } else {
    throw new Error(usage);
  }
}
