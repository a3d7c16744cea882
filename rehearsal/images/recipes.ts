import { chmod, copyFile, cp, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { exists } from "../files.ts";
import { type PackageSet, unpackPackages } from "../tools/debian.ts";
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
      await addBasics(root);
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
      await addBasics(root);
    },
  };
}

export interface DebianImage {
  readonly reference: string;
  readonly packages: readonly string[];
  readonly release: NonNullable<PackageSet["release"]>;
  readonly config: ImageRecipe["config"];
  /** Accounts that programs look up, with their numbers. */
  readonly users?: Readonly<Record<string, number>>;
  /** What `more` depends on. @default nothing */
  readonly contents?: string;
  /** Adds what is not in a package. */
  readonly more?: ImageRecipe["fill"];
}

/** What nobody reads in a container. */
const leftOut = ["doc", "man", "locale", "info", "perl", "perl5", "bash-completion"].map((name) => `usr/share/${name}`);

/** Debian packages with everything they need. No maintainer script runs, so what those would make is made here. */
export function debianImage(image: DebianImage): ImageRecipe {
  const { reference, packages, release, config, users = {}, contents = "", more } = image;
  const set = { name: `image-${reference.replace(/[^a-z0-9.]+/g, "-")}`, packages, release, onto: "nothing" } as const;
  return {
    reference,
    config,
    contents: JSON.stringify({ packages, release, users, contents }),
    fill: async (root, note) => {
      await cp(await unpackPackages(set, note), root, { recursive: true, verbatimSymlinks: true });
      for (const folder of leftOut) await rm(join(root, folder), { recursive: true, force: true });
      await linkFolders(root);
      await addBasics(root, users);
      await more?.(root, note);
    },
  };
}

/** Newer releases keep all programs and libraries below usr and expect links to there; the shell's name is a link as well. */
async function linkFolders(root: string): Promise<void> {
  for (const folder of ["bin", "sbin", "lib", "lib64"]) {
    if (!(await exists(join(root, folder)))) await symlink(join("usr", folder), join(root, folder));
  }
  if (!(await exists(join(root, "bin", "sh")))) await symlink("dash", join(root, "bin", "sh"));
}

/** What programs expect of any root file system. */
async function addBasics(root: string, users: Readonly<Record<string, number>> = {}): Promise<void> {
  for (const folder of ["etc", "proc", "sys", "dev", "run", "tmp"])
    await mkdir(join(root, folder), { recursive: true });
  await chmod(join(root, "tmp"), 0o1777);
  const all = Object.entries({ root: 0, nobody: 65_534, ...users });
  await writeFile(join(root, "etc/passwd"), all.map(([name, id]) => `${name}:x:${id}:${id}::/:/bin/sh\n`).join(""));
  await writeFile(join(root, "etc/group"), all.map(([name, id]) => `${name}:x:${id}:\n`).join(""));
}
