import { attempt } from "../process.ts";
import { say } from "../progress.ts";
import type { Engine } from "./engine.ts";

/** A Helm release, as `helm list` shows it. */
export interface Release {
  readonly name: string;
  readonly namespace: string;
  readonly status: string;
}

/** How long Helm may wait for a release's objects to go, in seconds. */
const goneWithin = 60;
/** The second attempt meets what the first one has left. */
const attempts = 2;

/**
 * Puts right what a killed Helm left: a release that was being installed or uninstalled goes, one that was being upgraded
 * goes back to where it was, for Helm refuses to touch it otherwise.
 * @param halfMade releases that belong to no state yet, whatever Helm says of them
 * @throws Error naming a release that cannot be put right
 */
export async function settleReleases(engine: Engine, halfMade: (release: Release) => boolean): Promise<void> {
  const list = await helm(engine, ["list", "--all", "--all-namespaces", "--max", "0", "--output", "json"]);
  for (const release of JSON.parse(list) as Release[]) {
    const line = remedy(halfMade(release) ? "pending-install" : release.status, release);
    if (line !== undefined) await helm(engine, line);
  }
}

/** The command that brings a release from an unfinished status to a final one; undefined for final ones. */
export function remedy(status: string, { name, namespace }: Omit<Release, "status">): string[] | undefined {
  const where = ["--namespace", namespace];
  switch (status) {
    case "pending-install":
    case "uninstalling":
      return ["uninstall", name, ...where, "--ignore-not-found", "--wait", "--timeout", `${goneWithin}s`];
    case "pending-upgrade":
    case "pending-rollback":
      return ["rollback", name, ...where];
    default:
      return undefined;
  }
}

async function helm({ tools, environment }: Engine, line: readonly string[]): Promise<string> {
  let reason = "";
  for (let number = 1; number <= attempts; number++) {
    const { code, stdout, stderr } = await attempt(tools.helm, line, { env: environment });
    if (code === 0) return stdout;
    reason = stderr.trim();
    if (number < attempts) say(`… helm ${line[0]} ${line[1]} failed, once more: ${reason}`);
  }
  throw new Error(`helm ${line.slice(0, 4).join(" ")} failed ${attempts} times:\n  ${reason}`);
}
