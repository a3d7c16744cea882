import { join } from "node:path";

import { endNamed } from "../pid-file.ts";
import { withLock } from "../tools/lock.ts";
import { type Engine, pidFile } from "./engine.ts";
import { prepare } from "./prepare.ts";
import { waitUntilReady } from "./readiness.ts";
import { recover } from "./recovery.ts";
import { report } from "./report.ts";
import type { Target } from "./target.ts";

/** Brings a stack up and waits until it is ready. Returns the exit code of the engine. */
export function up(target: Target): Promise<number> {
  return alone(target, async () => {
    const engine = await prepared(target);
    const code = await engine.operate("up", answers(target));
    if (code !== 0) return code;
    await report(engine, await waitUntilReady(engine));
    return 0;
  });
}

/** Shows what {@link up} would change. Returns the exit code of the engine. */
export function preview(target: Target): Promise<number> {
  return alone(target, async () => {
    const engine = await prepared(target);
    return engine.operate("preview", target.kind === "rehearsal" ? ["--non-interactive"] : []);
  });
}

/** One operation on a target at a time: two engines would fight over its state. */
export function alone<T>(target: Target, work: () => Promise<T>): Promise<T> {
  return withLock(join(`${target.folder}.lock`), work);
}

/** The engine, with everything an interrupted run left behind put right. A real cluster's state is left to its owner. */
export async function prepared(target: Target): Promise<Engine> {
  if (target.kind === "cluster") {
    const engine = await prepare(target);
    await engine.ensureStack();
    return engine;
  }
  // Nobody else can have started it: this process holds the target's lock.
  await endNamed(pidFile(target), "engine");
  const engine = await prepare(target);
  await recover(engine);
  return engine;
}

/** A rehearsal needs no confirmation; on a real cluster the engine asks, unless YES=1. */
export function answers({ kind }: Target): string[] {
  return kind === "rehearsal" || process.env.YES === "1" ? ["--yes", "--non-interactive"] : [];
}
