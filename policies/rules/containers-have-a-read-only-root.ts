import { containersOf } from "../pods";
import { resourceRule, violation } from "../rule";

export const containersHaveAReadOnlyRoot = resourceRule({
  name: "containers-have-a-read-only-root",
  why: "An intruder who can write to the root file system can leave a program there and run it.",
  fix: "set securityContext.readOnlyRootFilesystem: true and mount an emptyDir where the program writes",
  check: (object) =>
    containersOf(object)
      .map((container) => container.at("securityContext", "readOnlyRootFilesystem"))
      .filter(({ value }) => value !== true)
      .map((field) => violation(field, "true")),
});
