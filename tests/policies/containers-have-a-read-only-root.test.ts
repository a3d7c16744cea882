import { containersHaveAReadOnlyRoot } from "../../policies/rules/containers-have-a-read-only-root";
import { deployment, job, service } from "./builders";
import { describeRule } from "./judge";

describeRule(containersHaveAReadOnlyRoot, {
  passes: { "containers that say so": deployment(), "objects without pods": service() },
  refuses: {
    "a container that says the opposite": [
      deployment({ "spec.template.spec.containers[backend].securityContext.readOnlyRootFilesystem": false }),
      "spec.template.spec.containers[backend].securityContext.readOnlyRootFilesystem is false, must be true",
    ],
    "a container that says nothing": [
      deployment({ "spec.template.spec.containers[backend].securityContext.readOnlyRootFilesystem": undefined }),
      "spec.template.spec.containers[backend].securityContext.readOnlyRootFilesystem is absent, must be true",
    ],
    "an init container without a security context": [
      job({ "spec.template.spec.initContainers[init].securityContext": undefined }),
      "spec.template.spec.initContainers[init].securityContext.readOnlyRootFilesystem is absent, must be true",
    ],
  },
});
