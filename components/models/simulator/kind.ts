import { kind } from "../../foundation";
import { engineName } from "../engine/engine";
import { autoscalingNeedsItsParts } from "../engine/rules";
import { Simulator } from ".";
import { simulatorKeys } from "./keys";

export const simulator = kind(simulatorKeys, Simulator, {
  names: (_, model) => [engineName(model)],
  check: autoscalingNeedsItsParts,
});
