import { exempt } from "../../components/foundation/names";
import { rules } from "../../policies/rules";
import { exemptionsNameARuleAndAReason } from "../../policies/rules/exemptions-name-a-rule-and-a-reason";
import { deployment, namespace, release } from "./builders";
import { describeRule } from "./judge";

const rule = exemptionsNameARuleAndAReason(rules.map(({ name }) => name));
const POD = "spec.template.metadata.annotations";

describeRule(rule, {
  passes: {
    "no exemptions": deployment(),
    "an exemption of an object": namespace({
      "metadata.annotations": exempt("namespaces-enforce-restricted", "installs drivers on the node"),
    }),
    "exemptions of every rule": deployment({
      [POD]: Object.assign({}, ...rules.map(({ name }) => exempt(name, "says why it deviates"))) as object,
    }),
    "other annotations": deployment({ [POD]: { "ai-platform.dev/drain-seconds": "30" } }),
  },
  refuses: {
    "a rule that does not exist, wherever it is": [
      release({ "values.list": [{ podAnnotations: exempt("service-stays-inside", "is the edge itself") }] }),
      'values.list[0].podAnnotations["ai-platform.dev/exempt.service-stays-inside"] is "is the edge itself", ' +
        'must be absent, because there is no rule "service-stays-inside"',
    ],
    "no rule": [
      namespace({ "metadata.annotations": exempt("", "installs drivers on the node") }),
      'metadata.annotations["ai-platform.dev/exempt."] is "installs drivers on the node", ' +
        'must be absent, because there is no rule ""',
    ],
    "a reason that is none": [
      deployment({ [POD]: exempt("workloads-have-probes", "because   ") }),
      `${POD}["ai-platform.dev/exempt.workloads-have-probes"] is "because   ", must be a reason of 10 characters or more`,
    ],
    "a missing reason": [
      deployment({ [POD]: exempt("workloads-have-probes", "") }),
      `${POD}["ai-platform.dev/exempt.workloads-have-probes"] is "", must be a reason of 10 characters or more`,
    ],
  },
});
