import { namespacesStateAPodSecurityLevel } from "../../policies/rules/namespaces-state-a-pod-security-level";
import { deployment, namespace } from "./builders";
import { describeRule } from "./judge";

const LEVEL = 'metadata.labels["pod-security.kubernetes.io/enforce"]';

describeRule(namespacesStateAPodSecurityLevel, {
  passes: {
    restricted: namespace(),
    baseline: namespace({ [LEVEL]: "baseline" }),
    privileged: namespace({ [LEVEL]: "privileged" }),
    "other kinds": deployment(),
  },
  refuses: {
    "no level": [namespace({ [LEVEL]: undefined }), `${LEVEL} is absent, must be restricted, baseline, privileged`],
    "a level that does not exist": [
      namespace({ [LEVEL]: "strict" }),
      `${LEVEL} is "strict", must be restricted, baseline, privileged`,
    ],
    "no labels": [
      namespace({ "metadata.labels": undefined }),
      `${LEVEL} is absent, must be restricted, baseline, privileged`,
    ],
  },
});
