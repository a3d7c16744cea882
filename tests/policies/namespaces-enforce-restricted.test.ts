import { namespacesEnforceRestricted } from "../../policies/rules/namespaces-enforce-restricted";
import { deployment, namespace } from "./builders";
import { describeRule } from "./judge";

const LEVEL = 'metadata.labels["pod-security.kubernetes.io/enforce"]';

describeRule(namespacesEnforceRestricted, {
  passes: { restricted: namespace(), "other kinds": deployment() },
  refuses: {
    baseline: [namespace({ [LEVEL]: "baseline" }), `${LEVEL} is "baseline", must be restricted`],
    privileged: [namespace({ [LEVEL]: "privileged" }), `${LEVEL} is "privileged", must be restricted`],
    "no level": [namespace({ [LEVEL]: undefined }), `${LEVEL} is absent, must be restricted`],
  },
});
