import { gpuWorkloadsDoNotSurge } from "../../policies/rules/gpu-workloads-do-not-surge";
import { type Edits, deployment, statefulSet } from "./builders";
import { describeRule } from "./judge";

const SURGE = "spec.strategy.rollingUpdate.maxSurge";
const GPUS = 'spec.template.spec.containers[backend].resources.limits["nvidia.com/gpu"]';

function engine(edits: Edits) {
  return deployment({ [GPUS]: "1", ...edits });
}

describeRule(gpuWorkloadsDoNotSurge, {
  passes: {
    "no surge": engine({ [SURGE]: 0 }),
    "no surge as a percentage": engine({ [SURGE]: "0%" }),
    "pods that are all replaced at once": engine({ "spec.strategy": { type: "Recreate" } }),
    "workloads without GPUs": deployment(),
    "StatefulSets, which never surge": statefulSet({ [GPUS]: "1" }),
  },
  refuses: {
    "a surge": [engine({ [SURGE]: 1 }), `${SURGE} is 1, must be 0`],
    "a surge in percent": [engine({ [SURGE]: "25%" }), `${SURGE} is "25%", must be 0`],
    "the default, which is a quarter": [engine({ "spec.strategy": undefined }), `${SURGE} is absent, must be 0`],
  },
});
