import { containersOf } from "../pods";
import { resourceRule, violation } from "../rule";

export const secretsArriveAsFiles = resourceRule({
  name: "secrets-arrive-as-files",
  why: "Environment variables are inherited by every child process and end up in crash reports and debug pages.",
  fix: "mount the Secret as a volume and pass the path, as in PASSWORD_FILE",
  check: (object) =>
    containersOf(object)
      .flatMap((container) => [
        ...container
          .at("env")
          .items()
          .map((variable) => variable.at("valueFrom", "secretKeyRef")),
        ...container
          .at("envFrom")
          .items()
          .map((source) => source.at("secretRef")),
      ])
      .filter(({ absent }) => !absent)
      .map((field) => violation(field, "absent")),
});
