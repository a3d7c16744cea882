import { pauseImage } from "../node/configuration.ts";
import type { Note } from "../progress.ts";
import { ensureImage, type ImageArchive } from "./index.ts";
import { programImage, toolboxImage } from "./recipes.ts";

/** Small programs to try things with. */
export const toolbox = "rehearsal.ai-platform/toolbox:1";

/** What the real node itself runs: the process that holds a pod's network, and the cluster's DNS. */
const recipes = [
  toolboxImage(pauseImage),
  toolboxImage(toolbox),
  programImage("rehearsal.ai-platform/coredns:1", "coredns", "/coredns"),
];

/** The images that the real node cannot do without. */
export async function nodeImages(note: Note): Promise<ImageArchive[]> {
  const archives: ImageArchive[] = [];
  for (const recipe of recipes) archives.push(await ensureImage(recipe, note));
  return archives;
}
