import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { exists } from "../files.ts";
import { kill } from "../process.ts";

/** How long the last processes may take to go away once they are killed, in milliseconds. */
const endWithin = 10_000;

/** The roots of this machine's hierarchies of control groups: one for each controller of version 1, one of version 2, or both. */
async function hierarchies(type: "cgroup" | "cgroup2"): Promise<string[]> {
  const mounts = (await readFile("/proc/mounts", "utf8")).split("\n").map((line) => line.split(" "));
  return mounts.filter(([, , found]) => found === type).map(([, folder = ""]) => folder);
}

/** Makes the control group below which all pods are, so that whatever they leave can be found by its name. */
export async function makeControlGroup(name: string): Promise<void> {
  const version1 = await hierarchies("cgroup");
  for (const root of version1.length > 0 ? version1 : await hierarchies("cgroup2")) {
    const folder = join(root, name);
    await mkdir(folder, { recursive: true });
    for (const file of ["cpuset.cpus", "cpuset.mems"]) await inherit(folder, file);
    await delegate(folder);
  }
}

/** A new group of version 1 may use no processor until it is told which. */
async function inherit(folder: string, file: string): Promise<void> {
  const version1 = !(await exists(join(folder, "cgroup.controllers")));
  if (!version1 || !(await exists(join(folder, file)))) return;
  await writeFile(join(folder, file), await readFile(join(dirname(folder), file), "utf8"));
}

/** Version 2 hands controllers down one level at a time. */
async function delegate(folder: string): Promise<void> {
  for (const level of [dirname(folder), folder]) {
    const offered = await readFile(join(level, "cgroup.controllers"), "utf8").catch(() => "");
    for (const controller of offered.split(/\s+/).filter(Boolean)) {
      await writeFile(join(level, "cgroup.subtree_control"), `+${controller}`).catch(() => undefined); // some cannot
    }
  }
}

/** Ends every process below a control group and removes it. Does nothing when there is none. */
export async function removeControlGroup(name: string): Promise<void> {
  const deadline = Date.now() + endWithin;
  for (const root of [...(await hierarchies("cgroup")), ...(await hierarchies("cgroup2"))]) {
    const folder = join(root, name);
    while (!(await removed(folder))) {
      if (Date.now() > deadline)
        throw new Error(`The control group ${folder} does not go: see ${folder}/cgroup.procs.`);
      await sleep(50);
    }
  }
}

async function removed(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return true;
  const children = entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
  for (const child of children) await removed(child);
  const processes = await readFile(join(folder, "cgroup.procs"), "utf8").catch(() => "");
  for (const pid of processes.split("\n").filter(Boolean)) kill(Number(pid), "SIGKILL");
  return rmdir(folder).then(
    () => true,
    () => false,
  );
}
