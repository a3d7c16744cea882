import { containersDropAllCapabilities } from "../../policies/rules/containers-drop-all-capabilities";
import { deployment, service } from "./builders";
import { describeRule } from "./judge";

function capability(key: "add" | "drop"): string {
  return `spec.template.spec.containers[backend].securityContext.capabilities.${key}`;
}

describeRule(containersDropAllCapabilities, {
  passes: {
    "containers that drop all": deployment(),
    "ALL among others": deployment({ [capability("drop")]: ["NET_RAW", "ALL"] }),
    "NET_BIND_SERVICE added": deployment({ [capability("add")]: ["NET_BIND_SERVICE"] }),
    "nothing added": deployment({ [capability("add")]: [] }),
    "objects without pods": service(),
  },
  refuses: {
    "a container that drops some": [
      deployment({ [capability("drop")]: ["NET_RAW"] }),
      `${capability("drop")} is ["NET_RAW"], must be ["ALL"]`,
    ],
    "a container that drops nothing": [
      deployment({ [capability("drop")]: [] }),
      `${capability("drop")} is [], must be ["ALL"]`,
    ],
    "a container without capabilities": [
      deployment({ "spec.template.spec.containers[backend].securityContext.capabilities": undefined }),
      `${capability("drop")} is absent, must be ["ALL"]`,
    ],
    "another capability beside NET_BIND_SERVICE": [
      deployment({ [capability("add")]: ["NET_BIND_SERVICE", "SYS_ADMIN"] }),
      `${capability("add")} is ["NET_BIND_SERVICE","SYS_ADMIN"], must be absent or ["NET_BIND_SERVICE"]`,
    ],
  },
});
