import { podsStayOffTheHost } from "../../policies/rules/pods-stay-off-the-host";
import { deployment, pod, service } from "./builders";
import { describeRule } from "./judge";

describeRule(podsStayOffTheHost, {
  passes: {
    "a pod that shares nothing": deployment(),
    "settings that are switched off": pod({
      "spec.hostNetwork": false,
      "spec.containers[backend].securityContext.privileged": false,
    }),
    "container ports": pod({ "spec.containers[backend].ports": [{ containerPort: 8000 }] }),
    "objects without pods": service(),
  },
  refuses: {
    "the node's network": [pod({ "spec.hostNetwork": true }), "spec.hostNetwork is true, must be absent or false"],
    "the node's processes": [pod({ "spec.hostPID": true }), "spec.hostPID is true, must be absent or false"],
    "the node's shared memory": [pod({ "spec.hostIPC": true }), "spec.hostIPC is true, must be absent or false"],
    "a privileged container": [
      deployment({ "spec.template.spec.containers[backend].securityContext.privileged": true }),
      "spec.template.spec.containers[backend].securityContext.privileged is true, must be absent or false",
    ],
    "a privileged init container": [
      pod({ "spec.initContainers[init].securityContext.privileged": true }),
      "spec.initContainers[init].securityContext.privileged is true, must be absent or false",
    ],
    "the node's files": [
      pod({ "spec.volumes[scratch]": { name: "scratch", hostPath: { path: "/var" } } }),
      'spec.volumes[scratch].hostPath is {"path":"/var"}, must be absent',
    ],
    "a port of the node": [
      pod({ "spec.containers[backend].ports": [{ name: "http", containerPort: 8000, hostPort: 80 }] }),
      "spec.containers[backend].ports[http].hostPort is 80, must be absent",
    ],
  },
});
