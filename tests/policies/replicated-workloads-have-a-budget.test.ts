import { replicatedWorkloadsHaveABudget } from "../../policies/rules/replicated-workloads-have-a-budget";
import { budget, daemonSet, deployment, scaledObject, service, statefulSet } from "./builders";
import { describeRule } from "./judge";

const NAME = "app.kubernetes.io/name";
const LABELS = JSON.stringify(deployment().at("spec", "template", "metadata", "labels").value);
const FINDING = `spec.template.metadata.labels is ${LABELS}, must be selected by a PodDisruptionBudget`;

function withExpressions(...matchExpressions: object[]) {
  return budget({ "spec.selector": { matchExpressions } });
}

describeRule(replicatedWorkloadsHaveABudget, {
  passes: {
    "a workload with a budget": [deployment(), budget()],
    "one pod": deployment({ "spec.replicas": 1 }),
    "no stated number, which is one": deployment({ "spec.replicas": undefined }),
    "a DaemonSet, whose pods belong to their nodes": daemonSet(),
    "a budget by expressions that all match": [
      deployment(),
      withExpressions(
        { key: NAME, operator: "In", values: ["frontend", "backend"] },
        { key: NAME, operator: "NotIn", values: ["frontend"] },
        { key: NAME, operator: "Exists" },
        { key: "canary", operator: "DoesNotExist" },
      ),
    ],
    "a budget for all pods": [statefulSet(), budget({ "spec.selector": {} })],
  },
  refuses: {
    "two pods without a budget": [deployment(), FINDING],
    "a StatefulSet as well": [statefulSet(), FINDING],
    "an autoscaled workload": [[deployment({ "spec.replicas": undefined }), scaledObject()], FINDING],
    "a budget in another namespace": [[deployment(), budget({ "metadata.namespace": "other" })], FINDING],
    "a budget for other pods": [[deployment(), budget({ "spec.selector.matchLabels": { [NAME]: "other" } })], FINDING],
    "a budget for pods with one label more": [
      [deployment(), budget({ "spec.selector.matchLabels.canary": "yes" })],
      FINDING,
    ],
    "a budget without a selector": [[deployment(), budget({ "spec.selector": undefined })], FINDING],
    "something else with the selector": [[deployment(), service({ "spec.selector": {} })], FINDING],
    ...Object.fromEntries(
      [
        { key: NAME, operator: "In", values: ["frontend"] },
        { key: NAME, operator: "NotIn", values: ["backend"] },
        { key: "canary", operator: "Exists" },
        { key: NAME, operator: "DoesNotExist" },
      ].map((expression) => [
        `a budget whose ${expression.operator} does not match`,
        [[deployment(), withExpressions(expression)], FINDING] as const,
      ]),
    ),
  },
});
