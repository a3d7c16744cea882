import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import { exists } from "../files.ts";
import type { Note } from "../progress.ts";
import { cacheFolder, fillFolder } from "../tools/cache.ts";
import { withLock } from "../tools/lock.ts";
import { type ImageConfig, writeArchive } from "./archive.ts";

/** How to make an image out of what registries of packages offer. */
export interface ImageRecipe {
  /** The name under which pods ask for it. */
  readonly reference: string;
  readonly config: ImageConfig;
  /** What it is made of; another text makes another image. */
  readonly contents: string;
  /** Puts its files into an empty folder. */
  readonly fill: (root: string, note: Note) => Promise<void>;
}

/** An image as a file that `ctr images import` reads. */
export interface ImageArchive {
  readonly reference: string;
  readonly file: string;
}

/** Changes with every line of this folder: a recipe that was mended makes its image anew. */
async function howImagesAreMade(): Promise<string> {
  const files = (await readdir(import.meta.dirname, { recursive: true, withFileTypes: true })).filter((it) =>
    it.isFile(),
  );
  const texts = files.map(({ parentPath, name }) => readFile(join(parentPath, name), "utf8"));
  return createHash("sha256")
    .update((await Promise.all(texts)).sort().join(""))
    .digest("hex");
}

/** Makes an image, unless the cache has it. */
export async function ensureImage(recipe: ImageRecipe, note: Note): Promise<ImageArchive> {
  const { reference, config, contents, fill } = recipe;
  const home = join(cacheFolder(), "images");
  const made = JSON.stringify([reference, config, contents, await howImagesAreMade()]);
  const key = createHash("sha256").update(made).digest("hex").slice(0, 16);
  const folder = join(home, `${reference.replace(/[^a-z0-9.]+/g, "-")}-${key}`);
  const archive = { reference, file: join(folder, "image.tar") };
  if (await exists(archive.file)) return archive;
  await withLock(join(home, ".lock"), async () => {
    if (await exists(archive.file)) return;
    await fillFolder(folder, async (scratch) => {
      const root = join(scratch, "root");
      await mkdir(root);
      await fill(root, (text) => note(`${reference}: ${text}`));
      note(`${reference}: writing the archive`);
      await writeArchive({ reference, config, root }, scratch, join(scratch, "image.tar"));
      for (const part of ["root", "layout"]) await rm(join(scratch, part), { recursive: true });
    });
  });
  return archive;
}
