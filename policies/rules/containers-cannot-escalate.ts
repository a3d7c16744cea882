import { containersOf } from "../pods";
import { resourceRule, violation } from "../rule";

export const containersCannotEscalate = resourceRule({
  name: "containers-cannot-escalate",
  why: "A setuid program inside the image would give the process more rights than it started with.",
  fix: "set securityContext.allowPrivilegeEscalation: false on the container",
  check: (object) =>
    containersOf(object)
      .map((container) => container.at("securityContext", "allowPrivilegeEscalation"))
      .filter(({ value }) => value !== false)
      .map((field) => violation(field, "false")),
});
