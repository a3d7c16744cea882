import { kind } from "../../foundation";
import { autoscalingNeedsItsParts } from "../engine/rules";
import { Simulator } from ".";
import { simulatorKeys } from "./keys";

export const simulator = kind(simulatorKeys, Simulator, { check: autoscalingNeedsItsParts });
