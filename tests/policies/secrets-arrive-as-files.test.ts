import { SECRET_VARIABLES_ANNOTATION, TOKEN_REASON_ANNOTATION } from "../../components/foundation/names";
import { secretsArriveAsFiles } from "../../policies/rules/secrets-arrive-as-files";
import { cronJob, deployment, pod, service } from "./builders";
import { describeRule } from "./judge";

const VARIABLES = [{ name: "PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "pw" } } }];
const FINDING =
  'spec.containers[backend].env[PASSWORD].valueFrom.secretKeyRef is {"name":"db","key":"pw"}, must be absent';

describeRule(secretsArriveAsFiles, {
  passes: {
    "plain variables": deployment(),
    "variables from the pod and from ConfigMaps": pod({
      "spec.containers[backend].env": [
        { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
        { name: "MODE", valueFrom: { configMapKeyRef: { name: "settings", key: "mode" } } },
      ],
      "spec.containers[backend].envFrom": [{ configMapRef: { name: "settings" } }],
    }),
    "a variable from a Secret with a reason on the pod": cronJob({
      "spec.jobTemplate.spec.template.spec.containers[backend].env": VARIABLES,
      [`spec.jobTemplate.spec.template.metadata.annotations["${SECRET_VARIABLES_ANNOTATION}"]`]: "reads no files",
    }),
    "a variable from a Secret with a reason on the object": deployment({
      "spec.template.spec.containers[backend].env": VARIABLES,
      [`metadata.annotations["${SECRET_VARIABLES_ANNOTATION}"]`]: "reads no files",
    }),
    "objects without pods": service(),
  },
  refuses: {
    "a variable from a Secret": [pod({ "spec.containers[backend].env": VARIABLES }), FINDING],
    "a reason that is none": [
      pod({
        "spec.containers[backend].env": VARIABLES,
        [`metadata.annotations["${SECRET_VARIABLES_ANNOTATION}"]`]: "because   ",
      }),
      FINDING,
    ],
    "a reason for something else": [
      pod({
        "spec.containers[backend].env": VARIABLES,
        [`metadata.annotations["${TOKEN_REASON_ANNOTATION}"]`]: "watches its own Endpoints",
      }),
      FINDING,
    ],
    "all keys of a Secret as variables": [
      pod({ "spec.initContainers[init].envFrom": [{ secretRef: { name: "db" } }] }),
      'spec.initContainers[init].envFrom[0].secretRef is {"name":"db"}, must be absent',
    ],
  },
});
