import { containersStateTheirResources } from "../../policies/rules/containers-state-their-resources";
import { type Edits, deployment, job, service } from "./builders";
import { describeRule } from "./judge";

function resource(path: string): string {
  return `spec.template.spec.containers[backend].resources.${path}`;
}

function gpuDeployment(edits: Edits = {}) {
  return deployment({ [resource('limits["nvidia.com/gpu"]')]: "1", ...edits });
}

describeRule(containersStateTheirResources, {
  passes: {
    "requests and a memory limit": deployment(),
    "no CPU limit": deployment({ [resource("limits.cpu")]: undefined }),
    "a GPU container whose memory limit equals its request": gpuDeployment({ [resource("limits.memory")]: "256Mi" }),
    "zero GPUs": deployment({ [resource('limits["nvidia.com/gpu"]')]: "0" }),
    "other extended resources": deployment({ [resource('limits["example.com/fpga"]')]: "1" }),
    "objects without pods": service(),
  },
  refuses: {
    "no CPU request": [
      deployment({ [resource("requests.cpu")]: undefined }),
      `${resource("requests.cpu")} is absent, must be a quantity`,
    ],
    "no memory request": [
      deployment({ [resource("requests.memory")]: undefined }),
      `${resource("requests.memory")} is absent, must be a quantity`,
    ],
    "no memory limit": [
      deployment({ [resource("limits.memory")]: undefined }),
      `${resource("limits.memory")} is absent, must be a quantity`,
    ],
    "an init container that states nothing": [
      job({ "spec.template.spec.initContainers[init].resources": undefined }),
      "spec.template.spec.initContainers[init].resources.requests.cpu is absent, must be a quantity",
      "spec.template.spec.initContainers[init].resources.requests.memory is absent, must be a quantity",
      "spec.template.spec.initContainers[init].resources.limits.memory is absent, must be a quantity",
    ],
    "a GPU container with more memory in its limit": [
      gpuDeployment(),
      `${resource("limits.memory")} is "512Mi", must be equal to the request, "256Mi", because the container uses GPUs`,
    ],
    "the same for a slice of a GPU, stated as a request": [
      deployment({ [resource('requests["nvidia.com/mig-1g.10gb"]')]: 1 }),
      `${resource("limits.memory")} is "512Mi", must be equal to the request, "256Mi", because the container uses GPUs`,
    ],
    "a GPU container without a memory limit": [
      gpuDeployment({ [resource("limits.memory")]: undefined }),
      `${resource("limits.memory")} is absent, must be a quantity`,
    ],
    "a GPU container without a memory request": [
      gpuDeployment({ [resource("requests.memory")]: undefined }),
      `${resource("requests.memory")} is absent, must be a quantity`,
    ],
  },
});
