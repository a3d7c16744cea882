import { once } from "../../foundation";
import { Logging } from ".";
import { loggingKeys } from "./keys";
import { NAMESPACE } from "./values";

export const logging = once(loggingKeys.describe("Loki, and Alloy on every node: the lines of all pods."), Logging, {
  namespaces: [NAMESPACE],
});
