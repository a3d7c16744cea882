import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { projectRoot } from "../cli/target.ts";
import { run } from "../process.ts";
import { step } from "../progress.ts";

/** One state of the project's code, with rehearsals of its own. */
export interface Checkout {
  /** `now`, or the commit. */
  readonly name: string;
  readonly root: string;
  /** Holds its rehearsals. */
  readonly state: string;
}

/**
 * Hands over this checkout and, if one is named, an earlier one; removes afterwards all that the work has left of both.
 * @param base a commit, branch or tag
 */
export async function checkouts(
  base: string | undefined,
  work: (all: readonly Checkout[]) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "ai-platform-bench-"));
  const all: Checkout[] = [{ name: "now", root: projectRoot, state: join(folder, "now") }];
  try {
    if (base) all.unshift(await earlier(base, folder));
    await work(all);
  } finally {
    for (const checkout of all) await removeRehearsals(checkout);
    if (base) await git("worktree", "remove", "--force", join(folder, "earlier"));
    await rm(folder, { recursive: true, force: true });
  }
}

async function earlier(base: string, folder: string): Promise<Checkout> {
  const root = join(folder, "earlier");
  await git("worktree", "add", "--detach", root, base);
  await step(`packages of ${base}`, () => run(join(root, "rehearsal/bootstrap.sh"), ["--", "true"]));
  return { name: base, root, state: join(folder, "base") };
}

async function removeRehearsals({ root, state }: Checkout): Promise<void> {
  for (const stack of ["dev", "prod"])
    await run(process.execPath, ["rehearsal/cli/main.ts", "down", "--stack", stack, "--state", state], { cwd: root });
}

function git(...line: string[]): Promise<string> {
  return run("git", ["-C", projectRoot, ...line]);
}
