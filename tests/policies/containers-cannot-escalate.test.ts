import { containersCannotEscalate } from "../../policies/rules/containers-cannot-escalate";
import { deployment, job, service } from "./builders";
import { describeRule } from "./judge";

describeRule(containersCannotEscalate, {
  passes: { "containers that say so": deployment(), "objects without pods": service() },
  refuses: {
    "a container that says the opposite": [
      deployment({ "spec.template.spec.containers[backend].securityContext.allowPrivilegeEscalation": true }),
      "spec.template.spec.containers[backend].securityContext.allowPrivilegeEscalation is true, must be false",
    ],
    "a container that says nothing": [
      deployment({ "spec.template.spec.containers[backend].securityContext.allowPrivilegeEscalation": undefined }),
      "spec.template.spec.containers[backend].securityContext.allowPrivilegeEscalation is absent, must be false",
    ],
    "an init container without a security context": [
      job({ "spec.template.spec.initContainers[init].securityContext": undefined }),
      "spec.template.spec.initContainers[init].securityContext.allowPrivilegeEscalation is absent, must be false",
    ],
  },
});
