import { containersOf } from "../pods";
import { resourceRule, violation } from "../rule";

const DEV_MODE = "VLLM_SERVER_DEV_MODE";

export const enginesRunWithoutDevMode = resourceRule({
  name: "engines-run-without-dev-mode",
  why: "Development mode opens routes that put the engine to sleep or show its configuration, without any key.",
  fix: `remove the variable ${DEV_MODE}`,
  check: (object) => [
    ...containersOf(object)
      .flatMap((container) => container.at("env").items())
      .filter((variable) => variable.at("name").value === DEV_MODE)
      .map((variable) => violation(variable.at("name"), "absent")),
    ...(object.is("core", "ConfigMap") && !object.at("data", DEV_MODE).absent
      ? [violation(object.at("data", DEV_MODE), "absent")]
      : []),
  ],
});
