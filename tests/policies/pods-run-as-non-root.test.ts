import { podsRunAsNonRoot } from "../../policies/rules/pods-run-as-non-root";
import { cronJob, deployment, pod, service } from "./builders";
import { describeRule } from "./judge";

describeRule(podsRunAsNonRoot, {
  passes: {
    "a setting on the pod": deployment(),
    "settings on every container instead": deployment({
      "spec.template.spec.securityContext.runAsNonRoot": undefined,
      "spec.template.spec.containers[backend].securityContext.runAsNonRoot": true,
      "spec.template.spec.initContainers[init].securityContext.runAsNonRoot": true,
    }),
    "a pod that leaves the user to its image": deployment({
      "spec.template.spec.securityContext.runAsUser": undefined,
    }),
    "objects without pods": service(),
  },
  refuses: {
    "a pod that says nothing": [
      deployment({ "spec.template.spec.securityContext.runAsNonRoot": undefined }),
      "spec.template.spec.securityContext.runAsNonRoot is absent, must be true",
      "spec.template.spec.securityContext.runAsNonRoot is absent, must be true",
    ],
    "a container that overrides the pod": [
      deployment({ "spec.template.spec.containers[backend].securityContext.runAsNonRoot": false }),
      "spec.template.spec.containers[backend].securityContext.runAsNonRoot is false, must be true",
    ],
    "an init container that overrides the pod": [
      cronJob({ "spec.jobTemplate.spec.template.spec.initContainers[init].securityContext.runAsNonRoot": false }),
      "spec.jobTemplate.spec.template.spec.initContainers[init].securityContext.runAsNonRoot is false, must be true",
    ],
    "user 0 on the pod": [
      pod({ "spec.securityContext.runAsUser": 0 }),
      "spec.securityContext.runAsUser is 0, must be a user above 0",
    ],
    "user 0 on a container": [
      deployment({ "spec.template.spec.containers[backend].securityContext.runAsUser": 0 }),
      "spec.template.spec.containers[backend].securityContext.runAsUser is 0, must be a user above 0",
    ],
    "a pod without any security context": [
      pod({ "spec.securityContext": undefined, "spec.initContainers": undefined }),
      "spec.securityContext.runAsNonRoot is absent, must be true",
    ],
  },
});
