import { chmod, copyFile, cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { unpackPackages } from "../tools/debian.ts";
import { ensureTools, type ToolName } from "../tools/index.ts";
import { tools } from "../tools/table.ts";
import type { ImageRecipe } from "./index.ts";

/** One program without libraries, built from its Go module. */
export function programImage(reference: string, tool: ToolName, at: string): ImageRecipe {
  return {
    reference,
    config: { Entrypoint: [at] },
    contents: `${tool} ${tools[tool].version} at ${at}`,
    fill: async (root) => {
      const programs = await ensureTools([tool]);
      await mkdir(join(root, dirname(at)), { recursive: true });
      await copyFile(programs[tool], join(root, at));
      await addFolders(root);
    },
  };
}

/** The usual small programs in one file, as a container to try things from; it waits until it is told to do something else. */
export function toolboxImage(reference: string): ImageRecipe {
  return {
    reference,
    config: { Entrypoint: ["/bin/busybox"], Cmd: ["sleep", "infinity"], Env: ["PATH=/bin"] },
    contents: "busybox-static",
    fill: async (root, note) => {
      const packages = { name: "busybox", packages: ["busybox-static"], onto: "nothing" } as const;
      const unpacked = await unpackPackages(packages, note);
      await mkdir(join(root, "bin"));
      await copyFile(join(unpacked, "bin", "busybox"), join(root, "bin", "busybox"));
      for (const name of ["sh", "sleep", "cat", "echo", "nc", "wget", "nslookup", "httpd", "timeout", "id", "touch"]) {
        await symlink("busybox", join(root, "bin", name));
      }
      await addFolders(root);
    },
  };
}

/** Debian packages with everything they need. No maintainer script runs, so what those make is added here. */
export function debianImage(
  reference: string,
  packages: readonly string[],
  config: ImageRecipe["config"],
  more?: ImageRecipe["fill"],
): ImageRecipe {
  const name = `image-${reference.replace(/[^a-z0-9.]+/g, "-")}`;
  return {
    reference,
    config,
    contents: packages.join(" "),
    fill: async (root, note) => {
      const unpacked = await unpackPackages({ name, packages, onto: "nothing" }, note);
      await cp(unpacked, root, { recursive: true, verbatimSymlinks: true });
      await symlink("dash", join(root, "bin", "sh")).catch(() => undefined); // some releases bring it
      await addFolders(root);
      await more?.(root, note);
    },
  };
}

/** What programs expect of any root file system. */
async function addFolders(root: string): Promise<void> {
  for (const folder of ["etc", "proc", "sys", "dev", "run", "tmp"])
    await mkdir(join(root, folder), { recursive: true });
  await chmod(join(root, "tmp"), 0o1777);
  await writeFile(join(root, "etc/passwd"), "root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n");
  await writeFile(join(root, "etc/group"), "root:x:0:\nnogroup:x:65534:\n");
}
