import { TOKEN_REASON_ANNOTATION } from "../../components/foundation/names";
import { tokensAreMountedForAReason } from "../../policies/rules/tokens-are-mounted-for-a-reason";
import { deployment, pod, service } from "./builders";
import { describeRule } from "./judge";

describeRule(tokensAreMountedForAReason, {
  passes: {
    "no token": deployment(),
    "a token with a reason on the pod": pod({
      "spec.automountServiceAccountToken": true,
      [`metadata.annotations["${TOKEN_REASON_ANNOTATION}"]`]: "lists pods",
    }),
    "a token with a reason on the object": deployment({
      "spec.template.spec.automountServiceAccountToken": undefined,
      'metadata.annotations["ai-platform.dev/service-account-token-reason"]': "watches its own Endpoints",
    }),
    "objects without pods": service(),
  },
  refuses: {
    "a token without a reason": [
      deployment({ "spec.template.spec.automountServiceAccountToken": true }),
      "spec.template.spec.automountServiceAccountToken is true, must be false",
    ],
    "a pod that says nothing": [
      pod({ "spec.automountServiceAccountToken": undefined }),
      "spec.automountServiceAccountToken is absent, must be false",
    ],
    "a reason that is none": [
      pod({
        "spec.automountServiceAccountToken": true,
        'metadata.annotations["ai-platform.dev/service-account-token-reason"]': "because   ",
      }),
      "spec.automountServiceAccountToken is true, must be false",
    ],
  },
});
