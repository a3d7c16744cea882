import { containersOf } from "../pods";
import { resourceRule, violation } from "../rule";

/** The one capability that the Pod Security profile `restricted` lets a container keep. */
const PERMITTED = "NET_BIND_SERVICE";

export const containersDropAllCapabilities = resourceRule({
  name: "containers-drop-all-capabilities",
  why: "Every capability the runtime gives by default is a piece of root that our programs do not need.",
  fix: 'set securityContext.capabilities.drop: ["ALL"] and add nothing; listen on a port above 1024',
  check: (object) =>
    containersOf(object).flatMap((container) => {
      const drop = container.at("securityContext", "capabilities", "drop");
      const add = container.at("securityContext", "capabilities", "add");
      return [
        ...(drop.items().some(({ value }) => value === "ALL") ? [] : [violation(drop, '["ALL"]')]),
        ...(add.absent || add.items().every(({ value }) => value === PERMITTED)
          ? []
          : [violation(add, `absent or ["${PERMITTED}"]`)]),
      ];
    }),
});
