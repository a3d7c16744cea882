import { readdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { exists } from "../files.ts";
import { attempt, run } from "../process.ts";
import type { Note } from "../progress.ts";
import { runtimeSocket } from "./configuration.ts";
import type { NodePrograms } from "./programs.ts";

/** An image and the file that holds it. */
export interface Importable {
  readonly reference: string;
  readonly file: string;
}

interface ImportOptions {
  readonly images: readonly Importable[];
  readonly programs: NodePrograms;
  /** The node's folder, and its first process, in whose view of the machine containerd listens. */
  readonly home: string;
  readonly first: number;
  readonly note: Note;
}

/** containerd listens in half a second. In milliseconds. */
const listensWithin = 60_000;

/** Gives the node the images that it does not have yet. A note beside them says which it has, since they outlive a restart. */
export async function importImages({ images, programs, home, first, note }: ImportOptions): Promise<void> {
  const inNode = ["-t", String(first), "-m", "-p", "--", "ctr", "--namespace", "k8s.io"];
  const env = { PATH: programs.path, ...programs.env };
  const deadline = Date.now() + listensWithin;
  const socket = join("/proc", String(first), "root", runtimeSocket);
  // A client that comes before the socket waits for longer than the server takes.
  while (!(await exists(socket)) || (await answer("nsenter", [...inNode, "version"], env)) !== 0) {
    if (Date.now() > deadline)
      throw new Error(`containerd does not answer: see ${join(home, "logs", "containerd.log")}`);
    await sleep(50);
  }
  const notes = join(home, "images");
  const there = await readdir(notes);
  for (const { reference, file } of images) {
    const mark = basename(dirname(file));
    if (there.includes(mark)) continue;
    note(`importing ${reference}`);
    await run("nsenter", [...inNode, "images", "import", file], { env });
    await writeFile(join(notes, mark), reference);
  }
  await writeFile(join(notes, "complete"), "");
}

async function answer(file: string, line: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return (await attempt(file, line, { env, stopOn: AbortSignal.timeout(5_000) })).code;
}
