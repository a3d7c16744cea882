import { podsUseRuntimeDefaultSeccomp } from "../../policies/rules/pods-use-runtime-default-seccomp";
import { deployment, pod, service } from "./builders";
import { describeRule } from "./judge";

describeRule(podsUseRuntimeDefaultSeccomp, {
  passes: {
    "a profile on the pod": deployment(),
    "profiles on every container instead": deployment({
      "spec.template.spec.securityContext.seccompProfile": undefined,
      "spec.template.spec.containers[backend].securityContext.seccompProfile.type": "RuntimeDefault",
      "spec.template.spec.initContainers[init].securityContext.seccompProfile.type": "RuntimeDefault",
    }),
    "objects without pods": service(),
  },
  refuses: {
    "an unconfined pod": [
      pod({ "spec.securityContext.seccompProfile.type": "Unconfined", "spec.initContainers": [] }),
      'spec.securityContext.seccompProfile.type is "Unconfined", must be RuntimeDefault',
    ],
    "a container that overrides the pod": [
      deployment({ "spec.template.spec.containers[backend].securityContext.seccompProfile.type": "Unconfined" }),
      'spec.template.spec.containers[backend].securityContext.seccompProfile.type is "Unconfined", must be RuntimeDefault',
    ],
    "a pod without a profile": [
      pod({ "spec.securityContext.seccompProfile": undefined, "spec.initContainers": [] }),
      "spec.securityContext.seccompProfile.type is absent, must be RuntimeDefault",
    ],
  },
});
