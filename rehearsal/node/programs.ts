import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";

import { step } from "../progress.ts";
import { unpackPackages } from "../tools/debian.ts";
import { ensureTools } from "../tools/index.ts";

/** What a node runs, besides what every Linux has. */
export interface NodePrograms {
  /** A PATH with all of it. */
  readonly path: string;
  /** The environment in which unpacked programs find their libraries. */
  readonly env: Readonly<Record<string, string>>;
  /** Folder of the network plugins. */
  readonly networkPlugins: string;
}

const packages = {
  name: "node",
  packages: ["containerd", "runc", "containernetworking-plugins", "nftables", "iproute2"],
  onto: "machine",
} as const;

/** Finds or makes the programs of a node: the kubelet and kube-proxy as tools, the rest as packages unpacked into the cache. */
export async function ensureNodePrograms(): Promise<NodePrograms> {
  const { kubelet, "kube-proxy": kubeProxy } = await ensureTools(["kubelet", "kube-proxy"]);
  const root = await step("containerd and its like", (note) => unpackPackages(packages, note));
  const own = ["usr/bin", "usr/sbin", "bin", "sbin"].map((folder) => join(root, folder));
  const system = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
  return {
    path: [dirname(kubelet), dirname(kubeProxy), ...own, ...system].join(":"),
    env: { LD_LIBRARY_PATH: (await libraryFolders(join(root, "usr/lib"))).join(":") },
    networkPlugins: join(root, "usr/lib/cni"),
  };
}

async function libraryFolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && entry.name.endsWith("-linux-gnu"))
    .map(({ name }) => join(folder, name));
}
