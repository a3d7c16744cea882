import { setTimeout as pause } from "node:timers/promises";
import type { Call } from "../../protocol/index.ts";
import type { KubeObject } from "../objects/object.ts";
import type { Pauses } from "../settings.ts";
import { type Lists, nextLook } from "./lists.ts";
import type { Rule, Unready, Verdict, View } from "./rule.ts";
import { limitFor, ruleFor } from "./rules.ts";

export interface Wait {
  /** Seconds of the resource's customTimeouts; 0 when it has none. */
  readonly timeout: number;
  readonly lists: Lists;
  readonly pauses: Pauses;
  readonly call: Call;
}

/** The object exists but is not ready. `reasons` holds the summary and one line per finding. */
export class NotReady extends Error {
  readonly reasons: readonly string[];
  constructor(summary: string, findings: readonly string[]) {
    super([summary, ...findings].join("\n"));
    this.reasons = [summary, ...findings];
  }
}

/**
 * Waits until the object counts as ready.
 * @returns whether anything was waited for: if so, the object has changed since
 * @throws NotReady at the limit or when it cannot become ready any more; Error for a malformed waitFor annotation
 */
export async function awaitReady(written: KubeObject, wait: Wait): Promise<boolean> {
  const rule = ruleFor(written);
  if (!rule) return false;
  const started = performance.now();
  const limit = limitFor(written, wait.timeout, rule) * 1000;
  const view = viewOf(wait, started);
  for (let shown = ""; ;) {
    const live = await currentOf(written, view);
    const verdict: Verdict = live ? await rule.check(live, view) : { ready: false, findings: ["not visible yet"] };
    if (verdict.ready) {
      if (verdict.warning) wait.call.warn(verdict.warning);
      if (shown) wait.call.status(`${written.kind} initialization complete`);
      return true;
    }
    const elapsed = performance.now() - started;
    if (verdict.final || elapsed >= limit) throw await failure(live ?? written, rule, verdict, view);
    const line = verdict.findings[0] ?? "";
    if (line !== shown) wait.call.status((shown = line));
    await pause(nextLook(elapsed), undefined, { signal: wait.call.signal }).catch(() => {
      throw new NotReady(`'${written.metadata.name}' was cancelled`, verdict.findings);
    });
  }
}

/** One look, without waiting. */
export async function lookOnce(live: KubeObject, lists: Lists): Promise<Verdict> {
  const rule = ruleFor(live);
  const since = performance.now();
  if (!rule) return { ready: true };
  const list: View["list"] = (apiVersion, kind, namespace) => lists.list(since, apiVersion, kind, namespace);
  return rule.check(live, { list, isSettled: () => true });
}

async function currentOf(written: KubeObject, view: View): Promise<KubeObject | undefined> {
  const { apiVersion, kind, metadata } = written;
  const all = await view.list(apiVersion, kind, metadata.namespace);
  return all.find((candidate) => candidate.metadata.uid === metadata.uid);
}

function viewOf({ lists, pauses }: Wait, since: number): View {
  const seen = new Map<string, { version: string; at: number }>();
  return {
    list: (apiVersion, kind, namespace) => lists.list(since, apiVersion, kind, namespace),
    isSettled({ metadata: { uid = "", resourceVersion = "" } }) {
      const now = performance.now();
      const last = seen.get(uid);
      if (last?.version !== resourceVersion) seen.set(uid, { version: resourceVersion, at: now });
      return last?.version === resourceVersion ? now - last.at >= pauses.endpointsSettle : pauses.endpointsSettle === 0;
    },
  };
}

async function failure(object: KubeObject, rule: Rule, verdict: Unready, view: View): Promise<NotReady> {
  const details = (await rule.details?.(object, view)) ?? [];
  const { name } = object.metadata;
  const summary = verdict.final ? `'${name}' failed` : (rule.timeoutText ?? `'${name}' timed out waiting to be Ready`);
  return new NotReady(summary, [...verdict.findings, ...details]);
}
