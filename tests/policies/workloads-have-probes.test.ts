import { workloadsHaveProbes } from "../../policies/rules/workloads-have-probes";
import { daemonSet, deployment, job, pod, statefulSet } from "./builders";
import { describeRule } from "./judge";

describeRule(workloadsHaveProbes, {
  passes: {
    "both probes": deployment(),
    "jobs without probes": job({
      "spec.template.spec.containers[backend].readinessProbe": undefined,
      "spec.template.spec.containers[backend].livenessProbe": undefined,
    }),
    "single pods without probes": pod({ "spec.containers[backend].readinessProbe": undefined }),
  },
  refuses: {
    "a Deployment without readiness": [
      deployment({ "spec.template.spec.containers[backend].readinessProbe": undefined }),
      "spec.template.spec.containers[backend].readinessProbe is absent, must be a probe",
    ],
    "a StatefulSet without liveness": [
      statefulSet({ "spec.template.spec.containers[backend].livenessProbe": undefined }),
      "spec.template.spec.containers[backend].livenessProbe is absent, must be a probe",
    ],
    "a DaemonSet without any": [
      daemonSet({ "spec.template.spec.containers[backend]": { name: "agent" } }),
      "spec.template.spec.containers[agent].readinessProbe is absent, must be a probe",
      "spec.template.spec.containers[agent].livenessProbe is absent, must be a probe",
    ],
  },
});
