import { replicatedWorkloadsAreSpread } from "../../policies/rules/replicated-workloads-are-spread";
import { daemonSet, deployment, job, statefulSet } from "./builders";
import { describeRule } from "./judge";

const CONSTRAINTS = "spec.template.spec.topologySpreadConstraints";

describeRule(replicatedWorkloadsAreSpread, {
  passes: {
    constraints: deployment(),
    "anti-affinity instead": deployment({
      [CONSTRAINTS]: undefined,
      "spec.template.spec.affinity.podAntiAffinity": { preferredDuringSchedulingIgnoredDuringExecution: [] },
    }),
    "one pod": deployment({ "spec.replicas": 1, [CONSTRAINTS]: undefined }),
    "a DaemonSet": daemonSet({ [CONSTRAINTS]: undefined }),
    "a Job": job({ [CONSTRAINTS]: undefined }),
  },
  refuses: {
    "two pods without constraints": [
      deployment({ [CONSTRAINTS]: undefined }),
      `${CONSTRAINTS} is absent, must be stated`,
    ],
    "an empty list": [statefulSet({ [CONSTRAINTS]: [] }), `${CONSTRAINTS} is [], must be stated`],
    "a number left to an autoscaler": [
      deployment({ "spec.replicas": undefined, [CONSTRAINTS]: undefined }),
      `${CONSTRAINTS} is absent, must be stated`,
    ],
    "affinity to nodes only": [
      deployment({ [CONSTRAINTS]: undefined, "spec.template.spec.affinity.nodeAffinity": {} }),
      `${CONSTRAINTS} is absent, must be stated`,
    ],
  },
});
