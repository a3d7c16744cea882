/**
 * The machine's half of a real node: `node agent.ts <folder>` starts the node's first process in namespaces of its own,
 * lays the link to it, and passes its calls on to the API server. It and the node end together, however either ends.
 */
import { spawn } from "node:child_process";
import { openSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { Addresses } from "../cluster/addresses.ts";
import { exists } from "../files.ts";
import { attempt, kill, run } from "../process.ts";
import { nodeName, placement } from "./configuration.ts";
import { removeControlGroup } from "./control-groups.ts";
import { relay } from "./relay.ts";

/** What a start writes for its agent. */
export interface AgentSettings {
  readonly addresses: Addresses;
  readonly apiPort: number;
  /** Folders of the node's programs, and the environment in which they find their libraries. */
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  /** Holds every process of the node's pods. */
  readonly controlGroup: string;
}

const namespaces = ["--pid", "--fork", "--kill-child", "--mount", "--mount-proc", "--net", "--uts", "--ipc"];

const [folder = ""] = process.argv.slice(2);
const settings = JSON.parse(await readFile(join(folder, "agent.json"), "utf8")) as AgentSettings;
const { addresses } = settings;

const log = openSync(join(folder, "logs", "init.log"), "a");
// Killed with this process: a signal that nobody can catch ends both.
const node = spawn(
  "setpriv",
  ["--pdeathsig", "KILL", "unshare", ...namespaces, "sh", join(import.meta.dirname, "init.sh"), folder, nodeName],
  {
    stdio: ["pipe", log, log],
    env: {
      PATH: settings.path,
      ...settings.env,
      NODE_BINARY: process.execPath,
      POLICIES: join(import.meta.dirname, "policies", "main.ts"),
      VOLUMES: join(import.meta.dirname, "volumes.ts"),
      NODE_ADDRESS: addresses.node,
      MACHINE: addresses.machine,
      PODS: addresses.pods,
      NODE_LABELS: labels(),
    },
  },
);
node.on("exit", (code, signal) => {
  process.stderr.write(`The node has ended with ${code ?? signal}.\n`);
  void removeControlGroup(settings.controlGroup).finally(() => process.exit(1));
});
// A folder that was simply removed takes its node along.
setInterval(
  () => void exists(join(folder, "agent.json")).then((there) => there || kill(node.pid ?? 0, "SIGKILL")),
  1000,
);
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => kill(node.pid ?? 0, "SIGKILL"));
}

const first = await firstProcess(node.pid ?? 0);
await connectLink(first);
await relay(addresses.machine, settings.apiPort);
node.stdin?.write("go\n");
// The file appears with its content: whoever waits for it reads it at once.
await writeFile(join(folder, "first.pid.new"), String(first));
await rename(join(folder, "first.pid.new"), join(folder, "first.pid"));

function labels(): string {
  const zone = { "topology.kubernetes.io/region": "rehearsal", "topology.kubernetes.io/zone": "zone-a" };
  return Object.entries({ [placement.key]: placement.value, ...zone })
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}

/** The node's own first process: the child of the one that made the namespaces. */
async function firstProcess(parent: number): Promise<number> {
  for (;;) {
    const children = await readFile(`/proc/${parent}/task/${parent}/children`, "utf8").catch(() => "");
    if (children.trim() !== "") return Number(children.trim());
    await sleep(10);
  }
}

/** One wire between machine and node; it and the routes over it go when the node's network does. */
async function connectLink(pid: number): Promise<void> {
  const { link, machine, node: peer, pods, services } = addresses;
  const inside = ["nsenter", "-t", String(pid), "-n", "ip"];
  await attempt("ip", ["link", "delete", link]);
  for (const [program = "", ...line] of [
    ["ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", String(pid)],
    ["ip", "address", "add", `${machine}/30`, "dev", link],
    ["ip", "link", "set", link, "up"],
    [...inside, "address", "add", `${peer}/30`, "dev", "eth0"],
    [...inside, "link", "set", "eth0", "up"],
    ["ip", "route", "add", pods, "via", peer],
    ["ip", "route", "add", services, "via", peer],
  ]) {
    await run(program, line);
  }
}
