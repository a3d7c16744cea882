import { autoscalersHaveBounds } from "../../policies/rules/autoscalers-have-bounds";
import { budget, podAutoscaler, scaledObject } from "./builders";
import { describeRule } from "./judge";

describeRule(autoscalersHaveBounds, {
  passes: {
    "a ScaledObject with both bounds": scaledObject(),
    "a HorizontalPodAutoscaler with both bounds": podAutoscaler(),
    "scaling to zero on purpose": scaledObject({ "spec.minReplicaCount": 0 }),
    "equal bounds": scaledObject({ "spec.maxReplicaCount": 2 }),
    "objects that scale nothing": budget(),
  },
  refuses: {
    "a ScaledObject without a lower bound": [
      scaledObject({ "spec.minReplicaCount": undefined }),
      "spec.minReplicaCount is absent, must be a number of pods",
    ],
    "a ScaledObject without an upper bound": [
      scaledObject({ "spec.maxReplicaCount": undefined }),
      "spec.maxReplicaCount is absent, must be a number of pods",
    ],
    "a HorizontalPodAutoscaler without a lower bound": [
      podAutoscaler({ "spec.minReplicas": undefined }),
      "spec.minReplicas is absent, must be a number of pods",
    ],
    "a HorizontalPodAutoscaler without an upper bound": [
      podAutoscaler({ "spec.maxReplicas": undefined }),
      "spec.maxReplicas is absent, must be a number of pods",
    ],
    "bounds the wrong way round": [
      scaledObject({ "spec.minReplicaCount": 11 }),
      "spec.maxReplicaCount is 10, must be at least 11",
    ],
  },
});
