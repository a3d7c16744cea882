import { readFile } from "node:fs/promises";

import { which } from "../tools/path.ts";

/** Programs that every Debian has and the node starts with. */
const programs = ["apt-get", "unshare", "nsenter", "setpriv", "mount", "ip"];

/** Why this machine cannot run a real node; undefined when it can. */
export async function nodeObstacle(): Promise<string | undefined> {
  if (process.platform !== "linux") return `a real node takes Linux, and this machine is ${process.platform}`;
  if (process.getuid?.() !== 0) return "a real node takes root, because it makes namespaces, mounts and control groups";
  for (const program of programs) {
    if ((await which(program)) === undefined) return `a real node takes ${program}, which is not on PATH`;
  }
  const filesystems = await readFile("/proc/filesystems", "utf8");
  if (!/\boverlay$/m.test(filesystems))
    return "a real node takes the overlay file system, which this kernel does not offer";
  return undefined;
}
