import type { KubernetesField, KubernetesObject } from "../kubernetes";
import { annotation, containers, podTemplates } from "../pods";
import { resourceRule, type Violation, violation } from "../rule";

/** Seconds a pod may need to finish accepted work after SIGTERM. */
const DRAIN_SECONDS = "ai-platform.dev/drain-seconds";
/** What Kubernetes grants a pod that asks for nothing. */
const DEFAULT_GRACE_SECONDS = 30;

export const podsOutliveTheirShutdown = resourceRule({
  name: "pods-outlive-their-shutdown",
  why: "The grace period covers preStop and drain together; when it ends, requests still running are cut off.",
  fix: `raise terminationGracePeriodSeconds, or state the drain in the annotation ${DRAIN_SECONDS}`,
  check: (object) => podTemplates(object).flatMap((template) => judgeShutdown(object, template)),
});

function judgeShutdown(object: KubernetesObject, template: KubernetesField): Violation[] {
  const stated = annotation(object, template, DRAIN_SECONDS);
  const hooks = containers(template).map((container) => container.at("lifecycle", "preStop"));
  if (!stated.absent && !/^\d+$/.test(stated.text ?? "")) return [violation(stated, "a whole number of seconds")];
  const opaque = hooks.filter((hook) => !hook.absent && !hook.unknown && sleepSeconds(hook) === undefined);
  if (stated.absent && opaque.length > 0) return [violation(stated, "stated, because preStop does more than sleep")];

  const preStop = Math.max(0, ...hooks.map((hook) => sleepSeconds(hook) ?? 0));
  const drain = Math.max(Number(stated.text ?? 0), ...containers(template).map(engineShutdownSeconds));
  const grace = template.at("spec", "terminationGracePeriodSeconds");
  if ((grace.number ?? DEFAULT_GRACE_SECONDS) > preStop + drain) return [];
  return [violation(grace, `more than ${preStop + drain}, for ${preStop} s of preStop and ${drain} s of drain`)];
}

/** The length of a preStop hook that only sleeps. */
function sleepSeconds(hook: KubernetesField): number | undefined {
  const [, seconds] = /^(?:\S*sh -c )?\S*sleep (\d+)s?$/.exec(words(hook.at("exec", "command"))) ?? [];
  return hook.at("sleep", "seconds").number ?? (seconds === undefined ? undefined : Number(seconds));
}

/** vLLM's own drain: `--shutdown-timeout 60` or `--shutdown-timeout=60`. */
function engineShutdownSeconds(container: KubernetesField): number {
  const line = `${words(container.at("command"))} ${words(container.at("args"))}`;
  const [, seconds = 0] = /\s--shutdown-timeout[=\s](\d+)(?:\s|$)/.exec(line) ?? [];
  return Number(seconds);
}

function words(list: KubernetesField): string {
  return list
    .items()
    .map(({ text = "" }) => text)
    .join(" ");
}
