import { exemptionsIn } from "../exemption";
import { isReason, SHORTEST_REASON } from "../reason";
import { resourceRule, type Rule, violation } from "../rule";

/** @param names of the rules that there are */
export function exemptionsNameARuleAndAReason(names: readonly string[]): Rule {
  return resourceRule({
    name: "exemptions-name-a-rule-and-a-reason",
    why: "A misspelt exemption exempts nothing, and one without a reason stays when what it was for is gone.",
    fix: `end the annotation with the name of a rule, and say in ${SHORTEST_REASON} characters or more why the object deviates`,
    check: (object) => {
      const declared = exemptionsIn(object.at());
      return [
        ...declared
          .filter(({ rule }) => !names.includes(rule))
          .map(({ rule, annotation }) => violation(annotation, `absent, because there is no rule "${rule}"`)),
        ...declared
          .filter(({ annotation }) => !isReason(annotation))
          .map(({ annotation }) => violation(annotation, `a reason of ${SHORTEST_REASON} characters or more`)),
      ];
    },
  });
}
