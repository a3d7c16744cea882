import { secretsArriveAsFiles } from "../../policies/rules/secrets-arrive-as-files";
import { deployment, pod, service } from "./builders";
import { describeRule } from "./judge";

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
    "objects without pods": service(),
  },
  refuses: {
    "a variable from a Secret": [
      pod({
        "spec.containers[backend].env": [{ name: "PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "pw" } } }],
      }),
      'spec.containers[backend].env[PASSWORD].valueFrom.secretKeyRef is {"name":"db","key":"pw"}, must be absent',
    ],
    "all keys of a Secret as variables": [
      pod({ "spec.initContainers[init].envFrom": [{ secretRef: { name: "db" } }] }),
      'spec.initContainers[init].envFrom[0].secretRef is {"name":"db"}, must be absent',
    ],
  },
});
