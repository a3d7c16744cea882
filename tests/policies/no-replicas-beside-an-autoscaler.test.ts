import { noReplicasBesideAnAutoscaler } from "../../policies/rules/no-replicas-beside-an-autoscaler";
import { budget, deployment, podAutoscaler, scaledObject, statefulSet } from "./builders";
import { describeRule } from "./judge";

describeRule(noReplicasBesideAnAutoscaler, {
  passes: {
    "an autoscaled workload without replicas": [deployment({ "spec.replicas": undefined }), scaledObject()],
    "a workload without an autoscaler": [deployment(), budget()],
    "an autoscaler of another name": [deployment(), scaledObject({ "spec.scaleTargetRef.name": "other" })],
    "an autoscaler in another namespace": [deployment(), scaledObject({ "metadata.namespace": "other" })],
    "an autoscaler of another kind": [statefulSet(), scaledObject()],
    "something else with a scaleTargetRef": [deployment(), budget({ "spec.scaleTargetRef": { name: "backend" } })],
  },
  refuses: {
    "replicas beside a ScaledObject, whose default target is a Deployment": [
      [deployment(), scaledObject()],
      "spec.replicas is 2, must be absent",
    ],
    "replicas beside a HorizontalPodAutoscaler": [
      [podAutoscaler(), deployment()],
      "spec.replicas is 2, must be absent",
    ],
    "a StatefulSet as well": [
      [statefulSet({ "spec.replicas": 0 }), scaledObject({ "spec.scaleTargetRef.kind": "StatefulSet" })],
      "spec.replicas is 0, must be absent",
    ],
  },
});
