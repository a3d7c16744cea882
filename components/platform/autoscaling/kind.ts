import { once } from "../../foundation";
import { Autoscaling } from ".";
import { autoscalingKeys } from "./keys";

export const autoscaling = once(autoscalingKeys.describe("KEDA, which moves numbers of pods."), Autoscaling, {
  namespaces: ["keda"],
});
