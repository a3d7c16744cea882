import { DRAIN_ANNOTATION } from "../../components/foundation/names";
import { podsOutliveTheirShutdown } from "../../policies/rules/pods-outlive-their-shutdown";
import { type Edits, deployment, job, pod, service } from "./builders";
import { describeRule } from "./judge";

const GRACE = "spec.template.spec.terminationGracePeriodSeconds";
const DRAIN = `spec.template.metadata.annotations["${DRAIN_ANNOTATION}"]`;
const PRE_STOP = "spec.template.spec.containers[backend].lifecycle.preStop";
const ARGS = "spec.template.spec.containers[backend].args";

function withGrace(seconds: number | undefined, edits: Edits = {}) {
  return deployment({ [GRACE]: seconds, ...edits });
}

describeRule(podsOutliveTheirShutdown, {
  passes: {
    "a grace period one second above preStop and drain": withGrace(36),
    "the default of 30 s where nothing is to be done": withGrace(undefined, { [DRAIN]: undefined }),
    "the drain stated on the object": deployment({
      [DRAIN]: undefined,
      'metadata.annotations["ai-platform.dev/drain-seconds"]': "54",
    }),
    "a hook of unreadable length with a stated drain": deployment({ [PRE_STOP]: { httpGet: { path: "/drain" } } }),
    "an option that only looks like the engine's": withGrace(36, {
      [ARGS]: ["--no--shutdown-timeout=90", "--shutdown-timeout=9x"],
    }),
    "jobs that state nothing": job({ [GRACE]: undefined, [DRAIN]: undefined, [PRE_STOP]: undefined }),
    "objects without pods": service(),
  },
  refuses: {
    "a grace period equal to preStop and drain": [
      withGrace(35),
      `${GRACE} is 35, must be more than 35, for 5 s of preStop and 30 s of drain`,
    ],
    "the default where more is needed": [
      withGrace(undefined),
      `${GRACE} is absent, must be more than 35, for 5 s of preStop and 30 s of drain`,
    ],
    "no grace at all": [
      pod({
        "spec.terminationGracePeriodSeconds": 0,
        "metadata.annotations": undefined,
        "spec.containers[backend].lifecycle": undefined,
      }),
      "spec.terminationGracePeriodSeconds is 0, must be more than 0, for 0 s of preStop and 0 s of drain",
    ],
    "the longest of several hooks": [
      withGrace(40, { "spec.template.spec.initContainers[init].lifecycle.preStop.sleep.seconds": 20 }),
      `${GRACE} is 40, must be more than 50, for 20 s of preStop and 30 s of drain`,
    ],
    "a hook that sleeps by command": [
      withGrace(40, { [PRE_STOP]: { exec: { command: ["/bin/sleep", "10"] } } }),
      `${GRACE} is 40, must be more than 40, for 10 s of preStop and 30 s of drain`,
    ],
    "a hook that sleeps by shell": [
      withGrace(40, { [PRE_STOP]: { exec: { command: ["/bin/sh", "-c", "sleep 15s"] } } }),
      `${GRACE} is 40, must be more than 45, for 15 s of preStop and 30 s of drain`,
    ],
    "vLLM's own timeout when it is longer": [
      withGrace(60, { [ARGS]: ["--port=8000", "--shutdown-timeout=90"] }),
      `${GRACE} is 60, must be more than 95, for 5 s of preStop and 90 s of drain`,
    ],
    "vLLM's own timeout as two words of the command": [
      withGrace(60, {
        "spec.template.spec.containers[backend].command": ["vllm", "serve", "--shutdown-timeout", "90", "--port=1"],
      }),
      `${GRACE} is 60, must be more than 95, for 5 s of preStop and 90 s of drain`,
    ],
    "a drain that is no number": [
      deployment({ [DRAIN]: "30s" }),
      `${DRAIN} is "30s", must be a whole number of seconds`,
    ],
    "a drain that only ends in a number": [
      deployment({ [DRAIN]: "PT30" }),
      `${DRAIN} is "PT30", must be a whole number of seconds`,
    ],
    "a hook of unreadable length without a stated drain": [
      pod({
        "metadata.annotations": undefined,
        "spec.containers[backend].lifecycle.preStop": { exec: { command: ["sh", "-c", "sleep 5; drain"] } },
      }),
      'metadata.annotations["ai-platform.dev/drain-seconds"] is absent, must be stated, because preStop does more than sleep',
    ],
    "a sleep that comes last": [
      pod({
        "metadata.annotations": undefined,
        "spec.containers[backend].lifecycle.preStop": { exec: { command: ["sh", "-c", "drain; sleep 5"] } },
      }),
      'metadata.annotations["ai-platform.dev/drain-seconds"] is absent, must be stated, because preStop does more than sleep',
    ],
  },
});
