import { enginesRunWithoutDevMode } from "../../policies/rules/engines-run-without-dev-mode";
import { configMap, deployment, service } from "./builders";
import { describeRule } from "./judge";

describeRule(enginesRunWithoutDevMode, {
  passes: {
    "other variables": deployment(),
    "other settings": configMap(),
    "objects without settings": service({ "data.VLLM_SERVER_DEV_MODE": "1" }),
  },
  refuses: {
    "the variable, whatever its value": [
      deployment({ "spec.template.spec.containers[backend].env": [{ name: "VLLM_SERVER_DEV_MODE", value: "0" }] }),
      'spec.template.spec.containers[backend].env[VLLM_SERVER_DEV_MODE].name is "VLLM_SERVER_DEV_MODE", must be absent',
    ],
    "a ConfigMap that containers may take it from": [
      configMap({ "data.VLLM_SERVER_DEV_MODE": "1" }),
      'data.VLLM_SERVER_DEV_MODE is "1", must be absent',
    ],
  },
});
