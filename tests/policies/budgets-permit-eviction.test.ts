import { budgetsPermitEviction } from "../../policies/rules/budgets-permit-eviction";
import { budget, deployment } from "./builders";
import { describeRule } from "./judge";

describeRule(budgetsPermitEviction, {
  passes: {
    "one pod at a time": budget(),
    "a minimum below all": budget({ "spec.maxUnavailable": undefined, "spec.minAvailable": 1 }),
    "a percentage below all": budget({ "spec.maxUnavailable": undefined, "spec.minAvailable": "50%" }),
    "other kinds": deployment({ "spec.maxUnavailable": 0 }),
  },
  refuses: {
    "zero pods": [budget({ "spec.maxUnavailable": 0 }), "spec.maxUnavailable is 0, must be at least 1"],
    "zero percent": [budget({ "spec.maxUnavailable": "0%" }), 'spec.maxUnavailable is "0%", must be at least 1'],
    "a minimum of all": [budget({ "spec.minAvailable": "100%" }), 'spec.minAvailable is "100%", must be below 100%'],
  },
});
