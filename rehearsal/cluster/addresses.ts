import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { attempt } from "../process.ts";

/** The IPv4 addresses of one rehearsal. */
export interface Addresses {
  /** Both ends of the link between this machine and the real node, and the link's name here. */
  readonly link: string;
  readonly machine: string;
  readonly node: string;
  /** What pods on the real node get. */
  readonly pods: string;
  readonly services: string;
  /** The Services `kubernetes` and `kube-dns`. */
  readonly api: string;
  readonly dns: string;
}

/** How many rehearsals one machine can hold at a time. */
const slots = 200;

/**
 * Chooses the addresses of a new control plane: none that this machine has a route to, so that several rehearsals can
 * have a real node at the same time.
 * @param home the control plane's own folder
 */
export async function chooseAddresses(home: string): Promise<Addresses> {
  const slot = freeSlot(await routes());
  await writeFile(slotFile(home), String(slot));
  return addresses(slot);
}

/** The addresses of a control plane; undefined when it was made by a version of the rehearsal that chose none. */
export async function addressesOf(home: string): Promise<Addresses | undefined> {
  const slot = await readFile(slotFile(home), "utf8").catch(() => undefined);
  return slot === undefined ? undefined : addresses(Number(slot));
}

export function addresses(slot: number): Addresses {
  return {
    link: `rehearsal${slot}`,
    machine: `10.88.${slot}.1`,
    node: `10.88.${slot}.2`,
    pods: `10.244.${slot}.0/24`,
    services: `10.96.${slot}.0/24`,
    api: `10.96.${slot}.1`,
    dns: `10.96.${slot}.10`,
  };
}

/** A slot with no route to any of its addresses. Where it begins to look is by chance: control planes without a real node leave no trace. */
export function freeSlot(destinations: readonly string[], first = Math.floor(Math.random() * slots)): number {
  const taken = (slot: number) => {
    const prefixes = [`10.88.${slot}.`, `10.244.${slot}.`, `10.96.${slot}.`];
    return destinations.some((destination) => prefixes.some((prefix) => destination.startsWith(prefix)));
  };
  for (let step = 0; step < slots; step += 1) {
    const slot = (first + step) % slots;
    if (!taken(slot)) return slot;
  }
  throw new Error(`All ${slots} address ranges for rehearsals are in use on this machine (see \`ip route\`).`);
}

/** What this machine has a route to; nothing where that cannot be asked, because there a real node cannot run either. */
async function routes(): Promise<string[]> {
  const answer = await attempt("ip", ["-4", "route", "show", "table", "all"]).catch(() => undefined);
  return (answer?.stdout ?? "").split("\n").map((line) => /[\d.]+/.exec(line)?.[0] ?? "");
}

function slotFile(home: string): string {
  return join(home, "addresses");
}
