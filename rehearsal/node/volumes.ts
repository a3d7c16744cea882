/**
 * `node volumes.ts <kubeconfig> <folder>` makes the folder of each volume that is on this node, and removes it with the
 * volume. The kubelet gives it to the pod's group.
 */
import { mkdir, readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { ApiServer } from "./api-server.ts";

interface Volume {
  readonly metadata: { readonly uid?: string };
  readonly spec: { readonly local?: { readonly path: string } };
}

const [kubeconfig = "", folder = ""] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const server = await ApiServer.of(kubeconfig);
let settling = Promise.resolve();

await server.follow("/api/v1/persistentvolumes", (items) => {
  const wanted = (items as Volume[])
    .flatMap(({ spec }) => spec.local?.path ?? [])
    .filter((path) => dirname(path) === folder);
  settling = settling.then(() => settle(wanted.map((path) => basename(path))));
});

async function settle(wanted: readonly string[]): Promise<void> {
  const there = await readdir(folder);
  for (const name of wanted) await mkdir(join(folder, name), { recursive: true });
  for (const name of there.filter((entry) => !wanted.includes(entry)))
    await rm(join(folder, name), { recursive: true });
}
